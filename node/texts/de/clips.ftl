# Clips: the list, one clip, export, who holds what, in German.

clips-deleted = Gelöscht: Niemand kann ihn von diesem Zuhause aus mehr öffnen. Versiegelte Kopien bei Verwahrern verschwinden nach einer Woche. Kopien, die andere geholt oder bekommen haben, bleiben bei ihnen, und das Logbuch sagt weiterhin, wer den Schlüssel bekam.
clips-camera = Kamera
clips-all = Alle
clips-day = Tag
clips-utc = (UTC)
clips-show = Zeigen
clips-show-all = Alle zeigen
clips-none-fit = Kein Clip von dieser Kamera und diesem Tag.
clips-none = Noch keine Clips.
clips-none-says = Deine eigenen Aufnahmen und Clips, die Nachbarn dir freigeben, erscheinen hier. Niemand kann dieses Zuhause um einen Clip bitten.
clips-camera-of = Eine Kamera von { $owner }
clips-granted = Dir freigegeben
clips-not-here = Noch nicht hier
clips-pinned = Angeheftet
clips-offered = in einer Meldung angeboten
clips-given-to =
    { $n ->
        [one] { $n } Nachbarn freigegeben
       *[other] { $n } Nachbarn freigegeben
    }
clips-copies =
    { $n ->
        [one] versiegelte Kopie bei { $n } Verwahrer
       *[other] versiegelte Kopie bei { $n } Verwahrern
    }
clips-pages = Seiten der Liste
clips-from = von { $owner }
clips-no-time = Zu unbekannter Zeit
clips-stay = Sie bleiben, bis du sie löschst.
clips-go-after =
    { $days ->
        [one] Sie verschwinden nach { $days } Tag, angeheftete nicht.
       *[other] Sie verschwinden nach { $days } Tagen, angeheftete nicht.
    }
clips-go-beyond = Die ältesten verschwinden, wenn alle zusammen mehr als { $size } haben, angeheftete nicht.
clips-go-both =
    { $days ->
        [one] Sie verschwinden nach { $days } Tag, und die ältesten, wenn alle mehr als { $size } haben, angeheftete nicht.
       *[other] Sie verschwinden nach { $days } Tagen, und die ältesten, wenn alle mehr als { $size } haben, angeheftete nicht.
    }
clips-own =
    { $n ->
        [one] Deine eigenen Clips: { $n } Clip hier, versiegelt { $size }. { $stay }
       *[other] Deine eigenen Clips: { $n } Clips hier, versiegelt { $size }. { $stay }
    }
clips-all-clips = Alle Clips
clips-film = Der Film
clips-open-hint = Er wird unterwegs geöffnet und nirgends gespeichert. Sperren beendet ihn.
clips-reads-not = Dieses Gerät hat keinen Leseschlüssel: Sieh den Clip auf dem Gerät deines Haushalts an, das ihn hat.
clips-locked = <strong>Gesperrt.</strong> Deine Passphrase öffnet die Clips dieses Zuhauses, bis es sich wieder sperrt.
clips-unlock-and-open = Entsperren und den Film öffnen
clips-open = Den Film öffnen
clips-open-says = Dass du ihn öffnest, steht vorher in deinem Logbuch. Sonst erfährt es niemand.
clips-coming = Unterwegs, versiegelt: { $done }
clips-leave-page = Du kannst diese Seite verlassen; es geht weiter.
clips-away = Der Film ist noch nicht hier.
clips-away-mine = Er kommt von Nachbarn, die eine versiegelte Kopie verwahren, oder von dem Gerät, das ihn aufnahm.
clips-away-theirs = Er kommt versiegelt von { $owner }.
clips-away-kept = Er kommt versiegelt von { $owner } oder von Nachbarn, die eine Kopie verwahren.
clips-try-again = Noch einmal versuchen
clips-fetch = Holen
clips-fetch-hint = Wer ihn freigab, erfährt, dass du ihn geholt hast.
clips-what = Was es ist
clips-recorded = Aufgenommen
clips-size = Größe
clips-owner = Gehört
clips-where = Wo er ist
clips-stays = Bleibt
clips-check = Seine Bytes prüfen
clips-unpin = Lösen
clips-pin = Anheften
clips-post-with = Mit diesem Clip melden
clips-export-more = Exportieren …
clips-delete-more = Löschen …
clips-delete-elsewhere = Das vernichtet die Kopie hier. Das Gerät, das den Clip aufnahm, hat ihn noch: Lösche ihn auch dort.
clips-delete-mine = Das vernichtet, was den Clip öffnet, seine Freigaben und seine Bytes, hier und endgültig. Verwahrer löschen ihre versiegelten Kopien nach einer Woche. Zurückgeholt wird nichts: Wer ihn geholt hat, behält ihn, und wer einen Export bekam, auch. Das Logbuch sagt weiterhin, wer den Schlüssel bekam.
clips-delete-theirs = Das vernichtet deinen Schlüssel und deine Kopie. Wem der Clip gehört, hat ihn noch und müsste ihn neu freigeben.
clips-delete = Endgültig löschen
clips-share-title = Teilen
clips-share-says = Der Schlüssel dieses einen Clips, für einen Haushalt. Er öffnet sonst nichts.
clips-share-more = Teilen …
clips-all-have = Alle Nachbarn haben ihn schon, oder es gibt keine.
clips-who = Wer?
clips-serve-for = Bereithalten für
clips-give = Diesem Haushalt geben
clips-give-all = Der ganzen Straße geben
clips-give-all-hint = Die ganze Straße heißt: eine Freigabe und ein Eintrag im Logbuch für jeden Haushalt, der jetzt dort ist. Wer später kommt, bekommt keine.
clips-given-title = Wer ihn bekam
clips-nobody = Niemand.
clips-stop = Nicht mehr bereithalten
clips-size-sealed = { $size }, versiegelt
clips-this-household = diesem Haushalt
clips-is-here = hier
clips-is-away = nicht hier
clips-sealed-at = versiegelt bei { $keepers }
clips-elsewhere = auf einem anderen Gerät dieses Haushalts
clips-goes = Verschwindet
clips-served = Bereitgehalten
clips-stays-pinned = angeheftet, bis du ihn löschst
clips-stays-age = wie die anderen seines Alters
clips-stays-on = bis du ihn löschst
clips-offered-title = Angeboten
clips-offered-where = in einer Meldung von dir
clips-why-hint = (sie können es lesen, bis zu { $n } Zeichen)
clips-share-warning = <strong>Was gegeben ist, lässt sich nicht zurücknehmen.</strong> Du kannst jederzeit aufhören, es bereitzuhalten: Ein Zuhause, das es noch nicht geholt hat, bekommt dann nichts. Wer es geholt hat, behält es und kann es zeigen oder weitergeben.
clips-also-unlocks = Das entsperrt auch dieses Zuhause.
clips-given-at = gegeben { $when }
clips-served-until = bereitgehalten, endet { $when }
clips-unknown = Diesen Clip gibt es hier nicht: Er ist vielleicht gelöscht, oder seine Freigabe ist zu Ende.
clips-size-of = { $part } von { $whole }
clips-a-day = einen Tag
clips-a-week = eine Woche
clips-30-days = 30 Tage
clips-a-year = ein Jahr
clips-pinned-done = Angeheftet: Er bleibt, bis du ihn löschst.
clips-unpinned-done = Er verschwindet mit den anderen seines Alters.
clips-whole = Er ist ganz: Jedes versiegelte Byte ist, was es war, als der Clip seinen Namen bekam.
clips-given = Gegeben, und im Logbuch. Der Schlüssel geht hinaus, sobald jenes Zuhause verbunden ist.
clips-given-all = Allen Nachbarn gegeben, die ihn nicht hatten. Das Logbuch hat für jeden einen Eintrag.
clips-nobody-lacks = Nichts zu tun: Alle Nachbarn haben ihn, oder es gibt keine.
clips-stopped = Er wird nicht mehr bereitgehalten. Eine Kopie, die schon geholt wurde, bleibt, wo sie ist.
clips-choose-who = Wähle, wer ihn bekommen soll.
clips-no-grant = Diese Freigabe gibt es nicht.
clips-the-purpose = Der Grund
clips-choose-life = Wähle, bis wann er bereitgehalten wird.
clips-fetching = Es werden schon { $n } Clips geholt: Warte, bis einer davon hier ist.
clips-fetched = Geholt
clips-fetched-at = Geholt { $when }
clips-fetched-from = Geholt { $when } bei { $keeper }, nach dem Wort dieses Verwahrers
clips-stopped-fetched = { $fetched }: Die Kopie bleibt dort. Nicht mehr bereitgehalten, beendet { $when }.
clips-stopped-unfetched = Nicht mehr bereitgehalten, beendet { $when }. Soweit hier bekannt, wurde er nicht geholt.
clips-over-unfetched = Die Zeit ist um. Soweit hier bekannt, wurde er nicht geholt.
clips-delivered = Weiß davon und hat ihn noch nicht geholt.
clips-waits = Wartet hier, bis jenes Zuhause verbunden ist.
clips-camera-of-within = eine Kamera von { $owner }
clips-too-many-films = Es laufen zu viele Filme. Schließe einige davon.
clips-export = Export
clips-export-title = { $title } exportieren
clips-back = Zurück zum Clip
clips-recorded-at = Aufgenommen { $when }
clips-export-says = Für jemanden außerhalb deiner Straße: Versicherung, Polizei, Anwalt. Über Streetlamp kann niemand darum bitten. Du tust es selbst, und es steht in deinem Logbuch, ehe etwas hinausgeht. Was hinaus ist, lässt sich nicht zurücknehmen.
clips-cover = Teile des Bildes abdecken
clips-cover-open-first = Öffne den Film zuerst auf seiner Seite, dann kannst du die Flächen hier über ein Bild zeichnen.
clips-cover-draw = Zeichne über alles, was niemand sehen soll. Ein Kasten bleibt, wo er ist: Er folgt keinem Gesicht. Sieh den Film an, ehe du ihn verschickst.
clips-still = Ein Bild aus dem Film
clips-still-second = Bild bei Sekunde
clips-with-sound-hint = Stimmen bleiben weg, wenn du es nicht anders sagst.
clips-for-whom = Für wen?
clips-sealed-for-hint = Nur wer den Schlüssel hat, öffnet ihn.
clips-in-the-open-hint = Wer die Datei bekommt, kann ihn ansehen.
clips-in-the-open-sure = Ja: offen, zum Ansehen, Kopieren und Weitergeben für alle
clips-export-it = Exportieren
clips-export-hint = Du bekommst eine ZIP-Datei: den Film, ein Manifest, mit dem er sich prüfen lässt, und einen Zettel, der sagt, wie. Gib alles weiter. Mit Ton und ohne Abdeckung ist ein versiegelter Export genau die Aufnahme, die das Gerät unterschrieben hat.
clips-cover-no = Das braucht das freie Programm <code>ffmpeg</code> auf der Maschine deines Zuhauses. Es ist nicht da.
clips-areas = Flächen
clips-areas-form = (eine je Zeile, in Pixeln: links, oben, Breite, Höhe)
clips-areas-hint = Nur für einen Teil des Films schreibe <span class="cell">@2.5-8</span> dahinter: von Sekunde 2,5 bis 8. Die Bilder werden dann neu kodiert, und es ist nicht mehr die Aufnahme, die das Gerät unterschrieben hat.
clips-with-sound = Mit Ton
clips-sealed-for = Versiegelt für eine Person
clips-in-the-open = Offen
clips-their-key = Ihr Schlüssel
clips-their-key-form = (beginnt mit age1)
clips-their-key-hint = Sie erzeugen ihn mit dem freien Programm <code>age-keygen</code> und schicken dir die öffentliche Hälfte.
clips-film-held = Gerade wird ein anderer Film exportiert oder gezeichnet: Versuche es gleich noch einmal.
clips-no-key = An diesen Schlüssel lässt sich nicht exportieren. Er beginnt mit age1 und ist die öffentliche Hälfte.
clips-be-sure = Ein offener Film kann von allen, die ihn bekommen, angesehen, kopiert und weitergegeben werden: Wenn du das willst, sage es ein zweites Mal.
clips-choose-whom = Wähle, für wen er ist.
clips-no-area = „{ $line }“ ist keine Fläche: Schreibe links, oben, Breite und Höhe in Pixeln, etwa 40,60,200,120.
clips-many-areas = In einem Export werden höchstens { $n } Flächen abgedeckt.
clips-not-packed = Der Export ließ sich nicht packen: Ist genug Arbeitsspeicher da?
clips-keys-given = Schlüssel, die du gabst
clips-keys-given-hint = Jeder öffnet einen Clip für einen Haushalt. Aufhören beendet das Bereithalten; eine Kopie holt es nicht zurück.
clips-keys-none = Niemandem wurde ein Clip von dir gegeben.
clips-deleted-here = Ein Clip, der hier gelöscht ist
clips-keepers = Wer versiegelte Kopien für dich verwahrt
clips-keepers-hint = Ein Verwahrer öffnet nichts. Er erfährt, dass du aufgenommen hast, wann und ungefähr wie viel.
clips-keepers-none = Niemand. Wer dieses Gerät stiehlt, nimmt deine Clips mit.
clips-not-checked = noch nicht geprüft
clips-check-now = Jetzt prüfen
clips-recall = Clips zurückrufen
clips-end-lease = Die Verwahrung beenden
clips-end-says = Beende jede Verwahrung mit diesem Nachbarn, in beide Richtungen. Seine Kopien deiner Clips verschwinden nach einer Woche, und was du für ihn verwahrst, jetzt.
clips-end-says-kept = Beende jede Verwahrung mit diesem Nachbarn, in beide Richtungen. Was du für ihn verwahrst, verschwindet jetzt, und seine Kopien deiner Clips nach einer Woche.
clips-ask-keeper = Einen Nachbarn bitten, zu verwahren
clips-gigabytes = Gigabyte
clips-ask-90 = Für 90 Tage bitten
clips-ask-hint = Sein Zuhause antwortet sofort, im Rahmen dessen, was es anbietet.
clips-you-keep = Was du für andere verwahrst
clips-end-more = Beenden …
clips-offer-many = So viele Gigabyte insgesamt anbieten
clips-offer = Anbieten
clips-let-go =
    { $n ->
        [one] { $n } Clip, der aufgegeben wurde, ist noch dort; er verschwindet { $when }.
       *[other] { $n } Clips, die aufgegeben wurden, sind noch dort; der letzte verschwindet { $when }.
    }
clips-to-delete =
    { $n ->
        [one] { $n } weiterer Clip wird noch gelöscht; er verschwindet { $when }.
       *[other] { $n } weitere Clips werden noch gelöscht; der letzte verschwindet { $when }.
    }
clips-last-checked = zuletzt geprüft { $when }
clips-recall-says = Wenn dieses Zuhause seine Datenbank verloren hat: Mache die Clips wieder bekannt, die dieser Nachbar verwahrt.
clips-none-opens = Nichts davon lässt sich hier öffnen.
clips-leased = Es verwahrt bis zu { $size } für dieses Zuhause. Kopien sind unterwegs, die neuesten Clips zuerst.
clips-proven = Es hat den gezogenen Clip: Der erfragte Teil stimmt.
clips-lost = Es hat den gezogenen Clip nicht mehr. Es bekommt ihn noch einmal.
clips-lied = Es gab andere Bytes als die des gezogenen Clips. Es bekommt keine Clips mehr: Bitte einen anderen Nachbarn, zu verwahren, und beende diese Verwahrung.
clips-cut-off = Die Verbindung riss ab, ehe es etwas beweisen konnte. Versuche es noch einmal.
clips-recalled =
    { $n ->
        [0] Es verwahrt nichts für dieses Zuhause, das hier nicht bekannt ist.
        [one] { $n } Clip wieder bekannt. Hole seine Bytes auf seiner Seite.
       *[other] { $n } Clips wieder bekannt. Hole ihre Bytes auf ihren Seiten.
    }
clips-ended = Beendet: Was hier für diesen Nachbarn verwahrt wurde, ist gelöscht, und sein Zuhause löscht nach einer Woche, was es für dieses verwahrte.
clips-offers-none = Dieses Zuhause bietet keinen Platz mehr an. Zugesagte Verwahrungen laufen bis zu ihrem Ende weiter.
clips-offers = Dieses Zuhause verwahrt bis zu { $size } für Nachbarn.
clips-choose-neighbour = Wähle einen Nachbarn.
clips-whole-gigabytes = Sage in ganzen Gigabyte, wie viel.
clips-keeps-none = Dieses Zuhause verwahrt nichts für andere.
clips-keeps = Dieses Zuhause verwahrt bis zu { $size } für Nachbarn; { $leased } davon sind zugesagt.
clips-held = { $clips }, { $held } von { $room }
clips-keeper-lied = Es gab andere Bytes, als es bekommen hatte: Es bekommt keine Clips mehr; bitte einen anderen Nachbarn, zu verwahren, und beende diese Verwahrung.
clips-keeper-lost = Es verlor einen Clip, den es haben sollte, und bekommt ihn noch einmal.
clips-keeper-forked = Es hat zwei Logbücher abgeschlossen: Der Beweis liegt im Verzeichnis „proofs“ dieses Zuhauses, und „streetlamp ledger verify --file“ erklärt ihn.
clips-keeper-ledger-refused = Es nimmt das Logbuch dieses Zuhauses nicht an, weil es ein anderes kennt: Wurde dieses Zuhause aus einer alten Sicherung hergestellt, oder benutzt jemand anderes seine Schlüssel?
clips-keeper-ledger-cut = Es kennt Einträge des Logbuchs, die dieses Zuhause nicht hat: Es wurde auf einen alten Stand gesetzt, oder Einträge wurden entfernt.
clips-keeper-ending = Es hat seine Verwahrung hier beendet: Was für es verwahrt wird, wird in einer Woche gelöscht, wenn sein Haushalt nicht wieder darum bittet.
clips-keeper-full = Es hat keinen Platz, obwohl es welchen zusagte: Seine Festplatte ist vielleicht voll, oder die Zusage fasst weniger als einen Tag Film.
clips-keeper-small = Es sagte weniger zu, als alle Clips brauchen: Die neuesten sind dort.
