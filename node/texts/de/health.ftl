# The health page, in German.

health-well = Alles ist gut.
health-needs =
    { $n ->
        [one] { $n } Sache braucht dich.
       *[other] { $n } Sachen brauchen dich.
    }
health-ok = gut
health-look = ansehen
health-none = Noch keine.
health-addresses = Adressen dieses Zuhauses
health-addresses-hint = Hier verbindet sich das Zuhause eines Nachbarn. Sie gehen mit jedem Ticket hinaus.
health-street = Straße
health-no-street = Dieses Zuhause ist noch auf keiner Straße.
health-begin = Gründe eine Straße, betritt eine mit einem Ticket, oder klopfe an: Alle drei Wege stehen auf der Seite der Straße.
health-on = Auf { $streets }.
health-connections = Verbindungen
health-no-neighbours = Noch keine Nachbarn. So fängt es an.
health-nobody-here = Was du sagst, wartet hier, bis einer kommt. Wenn das Stunden dauert, sieh nach, ob diese Maschine im Netz ist und ob eine Firewall sie festhält.
health-catching-up = Nachholen
health-caught-up = Nichts wurde verpasst: mit einem Nachbarn verglichen
health-not-compared = Seit dem Start dieses Knotens nicht mit einem Nachbarn verglichen. Es geschieht von selbst, wenn einer verbunden ist.
health-reach = Reichweite
health-nowhere = Der Knoten lauscht nirgends.
health-start-again = Starte den Knoten neu. Wenn es so bleibt, hält vielleicht ein anderes Programm seinen Port.
health-this-machine = Nur Haushalte auf eben dieser Maschine.
health-reach-ip6 = Haushalte in deinem lokalen Netz, und solche, die die IPv6-Adresse dieses Zuhauses haben, wenn dein Router sie durchlässt.
health-reach-lan = Haushalte in deinem lokalen Netz. Haushalte hinter einem anderen Router kommen nicht von selbst hierher; zwei solche finden einander noch nicht.
health-clock = Uhr
health-clock-wrong = Die Uhr dieses Zuhauses { $skew } denen der Nachbarn.
health-set-clock = Stelle sie. Ein Zeitdienst im Netz tut es von selbst; Nachbarn weisen Meldungen mit falscher Zeit ab.
health-clock-same = Dieselbe Zeit wie bei deinen Nachbarn.
health-clock-alone = Noch kein Nachbar war zu hören, der widersprechen könnte.
health-storage = Speicher
health-kept = Nichts verschwindet von selbst.
health-kept-bytes = Die ältesten verschwinden über { $size }.
health-stored = { $size } Clips sind hier. { $kept }
health-stored-free = { $size } Clips sind hier. { $kept } { $free } sind frei.
health-make-room = Schaffe Platz, oder lass in den Einstellungen ältere Clips gehen: Bald kann kein Clip mehr aufgehoben werden.
health-ballast = Ballast
health-ballast-laid = 32 MB liegen bereit und werden abgeworfen, wenn die Festplatte voll ist, damit Meldungen weiter kommen und gehen.
health-ballast-gone = Der Platz, der für eine volle Festplatte bereitlag, ist verbraucht, oder es gab nie genug dafür.
health-ballast-room = Schaffe Platz auf der Festplatte. Er wird von selbst wieder bereitgelegt.
health-cameras = Kameras
health-cameras-more = Das Terminal sagt mehr: streetlamp camera list
health-sheet = Notfallblatt
health-on-paper = Auf Papier, wie du sagtest.
health-not-on-paper = Es liegt noch in einer Datei, oder du hast nicht gesagt, dass es auf Papier ist.
health-print = Drucke es, nimm es von dieser Maschine, und sage es in den Einstellungen.
health-kept-days =
    { $days ->
        [one] Sie verschwinden nach { $days } Tag.
       *[other] Sie verschwinden nach { $days } Tagen.
    }
health-kept-both =
    { $days ->
        [one] Sie verschwinden nach { $days } Tag, die ältesten früher über { $size }.
       *[other] Sie verschwinden nach { $days } Tagen, die ältesten früher über { $size }.
    }
health-cameras-well =
    { $n ->
        [one] { $n } Kamera, und nichts ist falsch.
       *[other] { $n } Kameras, und nichts ist falsch.
    }
health-cameras-wrong =
    { $n ->
        [one] { $failing } von { $n } Kamera mit Störung.
       *[other] { $failing } von { $n } Kameras mit Störung.
    }
