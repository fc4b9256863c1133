# The settings, in German.

settings-locking = Sperren
settings-lock-after = Von selbst sperren, wenn kein Clip geöffnet oder gegeben wurde
settings-keep = Merken
settings-clips = Wie lange Clips bleiben
settings-days = Tage
settings-for-good = für immer
settings-gigabytes = Gigabyte insgesamt
settings-no-limit = ohne Grenze
settings-clips-hint = Die ältesten verschwinden zuerst, sofort, wenn es schon zu viele sind, und endgültig. Angeheftete bleiben.
settings-keep-so-long = So lange aufheben
settings-recovery = Notfall und Sicherung
settings-sheet-done = Es ist auf Papier, und die Datei ist weg
settings-sheet-says = Das Notfallblatt ist auf Papier, wie du sagtest. Wer es hat, öffnet jeden Clip; ohne es sind mit der Maschine auch die Clips verloren.
settings-backup = Sichere das ganze Zuhause von einem Terminal aus. Nur das Blatt öffnet diese Datei:
settings-browsers = Angemeldete Browser
settings-this-browser = Dieser Browser
settings-sign-others-out = Alle anderen abmelden
settings-devices = Geräte dieses Haushalts
settings-this-device = Dieses Gerät
settings-remove-more = Entfernen …
settings-remove-says = Für eine Maschine, die gestohlen, verkauft oder kaputt ist. Es lässt sich nicht zurücknehmen, und die Straße bekommt einen neuen Schlüssel.
settings-words-of-sheet = Die 24 Wörter des Notfallblatts
settings-remove = Dieses Gerät entfernen
settings-add-more = Ein Gerät hinzufügen …
settings-make-it = Anlegen
settings-street = Die Straße
settings-no-street = Dieses Zuhause ist noch auf keiner Straße.
settings-sheet-at = Das Notfallblatt liegt unter <span class="cell">{ $file }</span>. Drucke es, lege es zu deinem Reisepass, und lösche die Datei.
settings-session = angemeldet vor { $since }, benutzt vor { $seen }
settings-another-browser = Ein anderer Browser auf dieser Maschine meldet sich mit einem Link an: <span class="cell">streetlamp sign-in</span>
settings-removed-at = entfernt { $when }
settings-device = { $roles }; beglaubigt { $when }
settings-add-says = Legt das Verzeichnis <span class="cell">{ $dir }</span> an, das auf die andere Maschine gehört.
settings-approver = Es darf Clips öffnen und freigeben
settings-approver-hint = Ohne das nimmt es auf, reicht weiter und meldet, und ein Dieb findet darin nichts, das einen Clip öffnet.
settings-street-says = Verlassen, Stummschalten und Ausschließen stehen bei den Nachbarn:
settings-language = Sprache
settings-language-of = Diese Seite in diesem Browser
settings-language-browser = Wie der Browser fragt
settings-language-hint = Was Nachbarn und Behörden schreiben, bleibt, wie sie es schrieben. Die Befehlszeile spricht Englisch.
settings-other-program = Ein anderes Programm
settings-relay = weiterreichen
settings-record = aufnehmen
settings-alert = melden
settings-grant = freigeben
settings-session-ended = Dort abgemeldet. Die nächste Anfrage jenes Browsers wird abgewiesen.
settings-kept = Ab jetzt bleiben deine Clips so lange.
settings-lock-chosen = Gewählt. Es gilt vom nächsten Entsperren an.
settings-sheet-safe = Gut. Sieh einmal im Jahr nach, ob das Papier noch da ist.
settings-device-made = Ein weiteres Gerät wurde angelegt.
settings-device-removed = Entfernt. Nichts, was dieses Gerät sagt, gilt mehr, und die Straße hat einen neuen Schlüssel.
settings-made = { $dir } ist angelegt. Verschiebe es (kopiere es nicht) auf die Maschine, für die es ist, starte dort einen Knoten damit, und lass es mit „streetlamp street return ADRESSE“ ein; die Adresse steht auf der Zustandsseite dieses Zuhauses.
settings-no-device = Dieses Gerät gibt es nicht mehr.
settings-not-the-words = Das sind nicht die 24 Wörter eines Notfallblatts: Sieh auf Schreibweise und Reihenfolge.
settings-odd-days = Die Tage wurden nicht angenommen: Gib eine ganze Zahl an, oder nichts, um Clips für immer zu behalten.
settings-odd-gigabytes = Die Gigabyte wurden nicht angenommen: Gib eine Zahl wie 20 oder 0,5 an, oder nichts für keine Grenze.
