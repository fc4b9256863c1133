# The street page: alerts, the form, bulletins, in German.

street-not-sent = Nicht gesendet
street-refused = Deine Meldung wurde nicht gesendet. Was du geschrieben hast, ist noch da.
street-see-why = Sieh nach, was zu ändern ist
street-title = Auf der Straße
street-tell = Der Straße melden
street-quiet = Alles ruhig.
street-quiet-says = Wenn ein Nachbar der Straße etwas meldet, erscheint es hier von selbst.
street-taken-back = Von der Person, die es meldete, zurückgenommen: Es war nicht so.
street-over = <strong>Vorbei,</strong> sagt, wer es gemeldet hat.
street-from-next-door = Von { $street }, einer Straße, die deine kennt; allen in der Nähe gemeldet.
street-from-outside = Von außerhalb deiner Straße, allen in der Nähe gemeldet. Niemand hier bürgt dafür.
street-nearby = Allen in der Nähe gemeldet, nicht nur deiner Straße.
street-by-us = { $author } (dieses Zuhause)
street-by-next-door = Jemand von { $street }
street-by-outside = Jemand von einer anderen Straße
street-happened = geschehen { $when }
street-in-cell = in Zelle <span class="cell">{ $cell }</span>
street-clips =
    { $n ->
        [one] { $n } Clip, den man dir freigeben kann
       *[other] { $n } Clips, die man dir freigeben kann
    }
street-confirmed =
    { $n ->
        [one] bestätigt von { $n } Nachbarn
       *[other] bestätigt von { $n } Nachbarn
    }
street-emergency = <strong>Streetlamp ruft niemanden:</strong> Wähle im Notfall zuerst den Notruf.
street-which = Welche Straße?
street-kind = Was für ein Ereignis?
street-what = Was ist geschehen?
street-what-hint = Das Ereignis in einer Zeile, bis zu { $n } Zeichen.
street-more-about = Mehr dazu
street-more-about-hint = (wenn du magst, bis zu { $n } Zeichen)
street-who-reads = Wer es lesen kann
street-how-soon = Wie bald sollen Nachbarn es wissen?
street-ends-after = Endet nach
street-cell-hint = Eine Zelle ist ein Viereck der Karte, mit 7 Zeichen etwa 150 Meter breit; nie eine Adresse.
street-with-clip = Sage, dass es einen Clip gibt: { $camera }, { $when }
street-with-clip-hint = Dadurch bekommt ihn niemand. Du gibst ihn frei, wem du willst.
street-only-street = Nur die Haushalte deiner Straße können es lesen.
street-kept = Deine Meldung liegt hier. Sie geht hinaus, sobald ein Nachbar verbunden ist.
street-posted =
    { $homes ->
        [one] Deine Meldung ging an { $homes } Zuhause.
       *[other] Deine Meldung ging an { $homes } Haushalte.
    }
street-confirmed-done = Deine Nachbarn sehen, dass du es auch gesehen hast.
street-resolved-done = Deine Nachbarn sehen, dass es vorbei ist.
street-comment-done = Dein Kommentar ist unterwegs.
street-closed-done = Ab jetzt werden keine Kommentare mehr gezeigt.
street-flag-done = Gemeldet. Ein Zuhause verbirgt eine Meldung, die drei Nachbarn beanstandet haben.
street-cancel-done = Zurückgenommen. Jedes Zuhause, das die Meldung hat, zeigt das darüber, auch solche, die aus waren.
street-not-taken = { $what } wurde nicht angenommen. { $why }
street-the-reason = Der Grund
street-the-comment = Der Kommentar
street-choose-flag = Wähle, warum es nicht gezeigt werden soll.
street-choose-kind = Bitte wähle, was für ein Ereignis es ist.
street-choose-urgency = Bitte wähle eines.
street-say-what = Bitte sage in ein paar Worten, was geschehen ist.
street-no-place = Ein Ort ist eine Zelle aus 6 oder 7 Zeichen, etwa u33dc1 oder u33dc1k.
street-choose-street = Bitte wähle eine Straße.
street-no-clip = Diesen Clip gibt es nicht mehr.
street-choose-life = Bitte wähle, wann sie endet.
street-life-long = Eine Meldung dieser Art endet spätestens nach { $time }.
street-hours =
    { $n ->
        [one] { $n } Stunde
       *[other] { $n } Stunden
    }
street-days =
    { $n ->
        [one] { $n } Tag
       *[other] { $n } Tagen
    }
street-search-days = { $n } Tagen (nur Haustier oder vermisste Person)
street-mine = Meine Straße
street-mine-hint = Versiegelt: Niemand sonst kann es lesen.
street-everybody = Alle in der Nähe
street-everybody-hint = Nicht versiegelt, ohne deinen Namen. Auch Polizei und Firmen können es lesen. Für Suchen, Feuer, Straßen, Ausfälle, Wetter, Wasser und Tiere.
street-too-long = Das sind { $got } Zeichen; bitte sage es in höchstens { $limit }.
street-no-text = Bitte schreibe etwas.
street-odd-text = Dieser Text enthält Zeichen, die sich nicht zeigen lassen.
street-saw-it = Habe ich auch gesehen
street-take-back = Zurücknehmen
street-is-over = Es ist vorbei
street-add = Etwas hinzufügen
street-comment = Kommentieren
street-take-back-why = Zurücknehmen und sagen, warum
street-no-comments = Keine Kommentare mehr
street-not-seen = Es sollte nicht zu sehen sein
street-choose-why = Bitte wähle, warum
street-not-true = Es ist nicht geschehen
street-looks = Es geht darum, wie jemand aussieht
street-private = Es verrät etwas Privates
street-spam = Es ist Werbung oder Lärm
street-abuse = Es beleidigt
street-flag-it = Beanstanden
street-bulletins = Bekanntmachungen
street-bulletins-says = Von Behörden, an alle in dieser Gegend. Sie können deine Straße nicht lesen, und nichts, was du hier tust, erfahren sie.
street-bulletin-taken-back = Vom Herausgeber zurückgenommen: Sie gilt nicht mehr.
street-to-do = Was zu tun ist:
street-contact = Kontakt:
street-choose = Auswählen, was zu sehen ist …
street-choose-from = Von
street-choose-least = Mindestens
street-choose-what = Art
street-choose-state = Jetzt
street-choose-since = Nicht älter als
street-from-mine = Dieses Zuhause
street-from-street = Meine Straße
street-from-nearby = Allen in der Nähe gemeldet
street-state-holds = Gilt noch
street-state-confirmed = Bestätigt
street-state-over = Vorbei
street-state-taken-back = Zurückgenommen
street-newest = Zum Neuesten
street-no-alert = diese Meldung gibt es hier nicht, oder sie ist abgelaufen und fort
street-none-fit = Nichts davon.
street-map = Wo es geschah
street-map-square =
    { $n ->
        [one] Zelle { $cell }: { $n } Meldung, { $urgency }
       *[other] Zelle { $cell }: { $n } Meldungen, { $urgency }
    }
street-map-home = Die gestrichelte Linie ist deine Zelle, { $cell }.
street-map-says = Drücke auf ein Viereck, um nur zu sehen, was dort gemeldet wurde. Ein Viereck ist nie ein Haus.
street-map-all = Nur { $cell } ist zu sehen: alle Orte zeigen
street-not-only-street = Alle in der Nähe können es lesen: Es ist nicht versiegelt und trägt deinen Namen nicht.
street-signed-in =
    { $n ->
        [one] Ein anderer Browser hat sich angemeldet. Warst du das nicht,
       *[other] { $n } andere Browser haben sich angemeldet. Warst du das nicht,
    }
street-signed-in-look = sieh nach, wer angemeldet ist
street-film = Clip: { $camera }, { $when }
