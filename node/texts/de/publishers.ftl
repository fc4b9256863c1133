# Publishers and their bulletins, in German.

publishers-listed = { $domain }, das seinen Schlüssel am { $day } nannte
publishers-pinned = von dir bestätigt; Domain { $domain } nicht geprüft
publishers-unchecked = nennt sich { $domain }; das hat noch niemand geprüft
publishers-from = aus einer CAP-Nachricht von { $sender }
publishers-from-signed = aus einer CAP-Nachricht von { $sender }; ihre XML-Signatur wurde nicht geprüft
publishers-contradiction = trägt eine CAP-Nachricht, die etwas anderes sagt und nicht gezeigt wird
publishers-safety-tip = Sicherheitstipp
publishers-update = Neuigkeit
publishers-road-closure = Straßensperrung
publishers-police-activity = Polizeieinsatz
publishers-fire = Feuer
publishers-weather = Wetter
publishers-evacuation = Evakuierung
publishers-missing-person = Vermisste Person
publishers-community-event = Veranstaltung
publishers-meeting = Versammlung
publishers-hazard = Gefahr
publishers-impostor = Unter dieser Domain ist hier jemand anderes bekannt, und weder er noch die Domain nennt diesen hier: Glaube ihm nicht.
publishers-key-changed = Die Domain nennt jetzt diesen Schlüssel und vorher einen anderen, und der alte hat den neuen nicht genannt: Frage auf anderem Weg nach, ehe du es glaubst, und bestätige ihn dann.
publishers-denied = Die Domain nennt diesen Schlüssel nicht: Es ist vielleicht jemand anderes, oder ein aufgegebener Schlüssel.
publishers-contested = Ein Schlüssel, den dieser Herausgeber aufgab, nennt zwei andere: Vielleicht hat ihn jemand anderes; frage auf anderem Weg nach und bestätige ihn dann.
publishers-title = Wer hier sprechen darf
publishers-says = Behörden können allen ringsum etwas sagen und nichts lesen. Jeder kann sich Behörde nennen: Sieh nach, was seine Domain sagt. Was du hier stumm schaltest oder bestätigst, ändert, was dieses Zuhause zeigt; sonst erfährt es niemand.
publishers-asks = Die Domain eines Herausgebers, dessen Bekanntmachung hier gezeigt wird, wird einmal in der Woche nach dem Schlüssel gefragt; sie erfährt deine Internetadresse und sonst nichts.
publishers-asks-not = Von hier aus wird keine Domain gefragt.
publishers-none = Hier hat noch niemand gesprochen.
publishers-none-says = Eine Feuerwehr, Stadt oder Schule, die für die Zellen um dieses Zuhause etwas bekannt macht, erscheint hier von selbst.
publishers-by-you = Von dir bestätigt
publishers-domain-checked = Domain geprüft
publishers-not-checked = Nicht geprüft
publishers-muted = Stumm
publishers-speaks-in = Spricht in
publishers-first-seen = Zuerst gesehen
publishers-bulletins = Bekanntmachungen
publishers-first-key = Erster Schlüssel
publishers-changed-to = Gewechselt zu
publishers-pin = Bestätigen: Ich habe selbst gefragt
publishers-still-shown = Weiterhin gezeigt: woran Leben hängen können.
publishers-kinds = Arten von Bekanntmachungen
publishers-kinds-says = Eine stumme Art wird nicht gezeigt, egal von wem.
publishers-lives = Woran Leben hängen können
publishers-mute-more = Stumm schalten …
publishers-sure = Ich bin sicher: Dieses Zuhause zeigt von niemandem Bekanntmachungen dieser Art, auch keine Aufforderung, das Haus zu verlassen.
publishers-is-muted = stumm
publishers-mute = Stumm schalten
publishers-hear = Wieder hören
publishers-your-home = Dein Zuhause: { $cell }
publishers-inside = dein Zuhause liegt darin
publishers-outside = dein Zuhause liegt außerhalb
publishers-legend-area = wo er spricht
publishers-legend-heard = wo dieses Zuhause zuhört
publishers-legend-own = dein Zuhause
publishers-be-sure = An Bekanntmachungen dieser Art können Leben hängen. Um von niemandem welche zu hören, sage, dass du sicher bist.
publishers-holds =
    { $n ->
        [0] keine, die jetzt gilt
        [one] { $n }, die gilt
       *[other] { $n }, die gelten
    }
publishers-map = Zellen { $cells }
publishers-map-inside = Zellen { $cells }, und dein Zuhause in einer von ihnen
publishers-map-outside = Zellen { $cells }, und dein Zuhause außerhalb
