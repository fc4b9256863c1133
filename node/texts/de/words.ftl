# Words that many pages use: times, sizes, kinds, in German.

words-newer = Neuere
words-older = Ältere
words-show-older = { $n } ältere zeigen
words-please-choose = Bitte wählen
words-cell = Zelle
words-optional = (wenn du magst)
words-more = Mehr …
words-careful = Vorsicht:
words-just-now = gerade eben
words-ago = vor { $time }
words-ahead = in { $time }
words-no-minute = weniger als einer Minute
words-seconds =
    { $n ->
        [one] { $n } Sekunde
       *[other] { $n } Sekunden
    }
words-minutes =
    { $n ->
        [one] { $n } Minute
       *[other] { $n } Minuten
    }
words-hours =
    { $n ->
        [one] { $n } Stunde
       *[other] { $n } Stunden
    }
words-days =
    { $n ->
        [one] { $n } Tag
       *[other] { $n } Tagen
    }
words-clips =
    { $n ->
        [one] { $n } Clip
       *[other] { $n } Clips
    }
words-day =
    { $weekday ->
        [1] Montag
        [2] Dienstag
        [3] Mittwoch
        [4] Donnerstag
        [5] Freitag
        [6] Samstag
       *[7] Sonntag
    }, { $day }. { $month ->
        [1] Januar
        [2] Februar
        [3] März
        [4] April
        [5] Mai
        [6] Juni
        [7] Juli
        [8] August
        [9] September
        [10] Oktober
        [11] November
       *[12] Dezember
    } { $year }
words-short-day = { $day }.{ $month }.{ $year }
words-whole-days =
    { $n ->
        [one] { $n } Tag
       *[other] { $n } Tage
    }
words-ahead-of = geht { $time } vor gegenüber
words-behind = geht { $time } nach gegenüber
words-megabytes = { $whole },{ $tenth } MB
words-disk-full = Die Festplatte ist fast voll, deshalb wird kein Clip mehr aufgehoben: Lösche Clips oder schaffe Platz.
words-disk-failing = Die Festplatte unter diesem Zuhause versagt, deshalb wird nichts mehr geschrieben: Kopiere das Verzeichnis des Zuhauses auf eine andere und starte den Knoten dort.
words-break-in = Einbruch
words-theft = Diebstahl
words-fire = Feuer oder Rauch
words-road = Straßenverkehr
words-outage = Ausfall
words-weather = Wetter
words-water = Hochwasser oder Rohrbruch
words-animal = Tier
words-lost-pet = Entlaufenes Haustier
words-missing-person = Vermisste Person
words-noise = Lärm
words-other = Etwas anderes
words-info = Gut zu wissen
words-heads-up = Achtung
words-urgent = Dringend
words-info-hint = Hat Zeit
words-heads-up-hint = Augen offen halten
words-urgent-hint = Braucht jetzt Aufmerksamkeit
words-gone = Ein Zuhause, das nicht mehr auf der Straße ist
words-gone-within = ein Zuhause, das nicht mehr auf der Straße ist
words-ends = endet { $when }
words-connected = verbunden
words-away = fort
words-why = Warum?
words-up-to = (bis zu { $n } Zeichen)
words-odd-hours = Stunden sind zwei verschiedene Uhrzeiten, etwa 22:00 und 07:00. Lass beide weg, wenn keine gelten sollen.
words-clock-from = Von
words-clock-to = Bis
words-this-machine = Der Server ist diese Maschine selbst
words-contents = Wie viel wird gesagt?
words-contents-nothing = Nur, dass etwas gemeldet wurde
words-contents-nothing-hint = Und ob es dringend ist.
words-contents-kind = Die Art des Ereignisses
words-contents-kind-hint = Etwa „Einbruch“, oder welche Kamera.
words-contents-title = Auch der Titel
words-contents-title-hint = So, wie dein Nachbar ihn schrieb. Wäre ihm das recht?
