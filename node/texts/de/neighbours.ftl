# The neighbours page, and the ways to begin, in German.

neighbours-welcome = Willkommen zu Hause
neighbours-three-ways = Dieses Zuhause ist noch auf keiner Straße. Es gibt drei Wege, anzufangen:
neighbours-invited = Ein Nachbar hat dich eingeladen
neighbours-your-ticket = Dein Ticket
neighbours-ticket-hint = Es gilt einmal, und solange das Zuhause deines Nachbarn läuft. Das kann einen Moment dauern.
neighbours-photograph = Oder ein Foto des Tickets
neighbours-enter = Die Straße betreten
neighbours-first = Du bist als Erstes da
neighbours-street-called = Wie heißt die Straße?
neighbours-where = Wo liegt sie?
neighbours-cell-hint = Eine Zelle ist ein Viereck der Karte, mit 6 Zeichen etwa einen Kilometer breit; nie eine Adresse.
neighbours-found = Die Straße gründen
neighbours-know-nobody = Du kennst noch niemanden
neighbours-knock-says = Anklopfen: Was sollen die Haushalte ringsum lesen?
neighbours-knock-hint = Drei Tage lang können alle ringsum den Namen deines Haushalts, deine Zelle und diese Zeile lesen, Nachbarn oder nicht. Hinein kommst du damit nirgends: Wer es sieht, kann mit einem Ticket vorbeikommen.
neighbours-knock = Anklopfen
neighbours-no-cell = Zum Anklopfen braucht ein Zuhause eine Zelle; dieses wurde ohne eingerichtet. Bitte einen Nachbarn um ein Ticket.
neighbours-by-itself = Diese Seite ändert sich von selbst, sobald es so weit ist.
neighbours-read-here = Es wird auf dieser Maschine gelesen.
neighbours-reading = Wird gelesen …
neighbours-read = Gelesen. Das Ticket steht oben.
neighbours-unread = In diesem Bild wurde kein Ticket gefunden. Geh näher heran, halte es gerade, und achte auf das Licht.
neighbours-ticket = Ein Ticket für einen Haushalt
neighbours-ticket-says = Gib es einem Haushalt, den du getroffen hast. Wer es hat, kommt hinein, einmal, solange dieses Zuhause läuft. Es endet { $when } und wird nicht noch einmal gezeigt.
neighbours-as-text = Dasselbe als Text
neighbours-new = Neu
neighbours-muted = Hier stumm
neighbours-founded = Hat die Straße gegründet
neighbours-vouched-by = Es bürgt: { $who }
neighbours-heard = zuletzt gehört { $when }
neighbours-new-me = Bis ein zweiter Nachbar bürgt, liest und meldet dieses Zuhause, kann aber nicht einladen, bürgen oder abstimmen.
neighbours-new-they = Bis ein zweiter Nachbar bürgt, liest und meldet es, kann aber nicht einladen, bürgen oder abstimmen.
neighbours-votes =
    { $n ->
        [one] { $n } Nachbar will es ausschließen.
       *[other] { $n } Nachbarn wollen es ausschließen.
    }
neighbours-met-them = Ich habe sie getroffen …
neighbours-vouch-says = Wer bürgt, sagt, dass er diesen Haushalt persönlich getroffen hat. Alle auf der Straße sehen es, und es lässt sich nicht zurücknehmen.
neighbours-vouch = Bürgen
neighbours-show-again = Wieder zeigen
neighbours-mute = Hier stumm schalten
neighbours-remove-more = Für den Ausschluss stimmen …
neighbours-remove-says = Wenn ein Viertel der Haushalte zustimmt, mindestens aber zwei, bekommt die Straße einen neuen Schlüssel, den dieser Haushalt nicht erhält. Er behält, was er vorher gelesen hat, und Clips, die ihm freigegeben wurden. Alle können Stimmen und Gründe lesen, auch dieser Haushalt.
neighbours-remove = Für den Ausschluss stimmen
neighbours-invite = Einen Haushalt einladen
neighbours-invite-says = Triff ihn zuerst. Das Ticket gilt einmal und einen Tag lang; damit kann er von da an lesen, was die Straße sagt.
neighbours-make-ticket = Ein Ticket ausstellen
neighbours-door = An der Tür
neighbours-nobody-knocks = Niemand klopft an.
neighbours-knocks-hint = Namen sind ihr eigenes Wort. Triff sie, ehe du ihnen ein Ticket gibst.
neighbours-leave-says = Dein Zuhause vergisst die Straße, und die anderen bekommen einen neuen Schlüssel. Clips und Logbuch bleiben. Tu es, während ein Nachbar verbunden ist, sonst erfährt es niemand.
neighbours-leave-more = Verlassen …
neighbours-leave = Die Straße verlassen
neighbours-around = um <span class="cell">{ $cell }</span>
neighbours-knocked = Du stehst drei Tage lang an der Tür. Ein Nachbar, der es sieht, kann vorbeikommen und dir ein Ticket geben.
neighbours-vouched = Verbürgt. Deine Nachbarn sehen, dass du sie getroffen hast.
neighbours-vote-cast = Deine Stimme ist abgegeben. Der Haushalt wird ausgeschlossen, wenn genug Nachbarn es sagen.
neighbours-removed = Ausgeschlossen. Die Straße spricht ab jetzt mit einem neuen Schlüssel.
neighbours-left = Verlassen. Dieses Zuhause hat die Straße vergessen; deine Clips und dein Logbuch bleiben.
neighbours-muted-done = Stumm: Was dieser Haushalt sagt, wird hier nicht gezeigt. Niemand erfährt davon.
neighbours-unmuted = Was dieser Haushalt sagt, wird wieder gezeigt.
neighbours-the-name = Der Name der Straße
neighbours-the-cell = Die Zelle
neighbours-the-text = Der Text
neighbours-no-place = Eine Zelle hat Zeichen wie u33dc1.
neighbours-no-household = Diesen Haushalt gibt es nicht.
neighbours-greeting = Wir möchten unsere Straße kennenlernen.
neighbours-vouches = Wer für wen bürgt
neighbours-vouches-says = Ein Bild dessen, was die Liste der Nachbarn sagt: wer für wen bürgt
neighbours-vouches-hint = Ein Pfeil führt zu dem, für den jemand bürgt. Wer gestrichelt ist, wartet auf die zweite Bürgschaft.
