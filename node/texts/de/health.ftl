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
health-reach-open =
    { $guests ->
        [0] Von überall erreichbar, unter { $at }.
        [one] Von überall erreichbar, unter { $at }. { $guests } Haus der Straße ist darüber erreichbar.
       *[other] Von überall erreichbar, unter { $at }. { $guests } Häuser der Straße sind darüber erreichbar.
    }
health-reach-through = Der Router lässt niemanden herein. Nachbarn kommen über ein anderes Haus der Straße; das sieht, wer wen trifft, und sonst nichts.
health-reach-unneeded = Bisher musste niemand dieses Haus von außen erreichen.
health-reach-nobody = Niemand erreicht dieses Haus von außen, und kein erreichbarer Nachbar gibt etwas weiter: { $missing } von { $known } fehlen.
health-help = Ein Haus, das einen Port öffnet, hilft der ganzen Straße.
health-help-elsewhere = Der Router hier steht hinter einem anderen, dem des Anbieters: Ein Port darin führt nirgendwohin. Ein anderes Haus muss einen öffnen, oder der Anbieter gibt auf Nachfrage eine eigene Adresse.
health-help-port = Im Router TCP und UDP an Port { $port } nach { $ip }, Port { $port }, durchlassen und dieses Haus neu starten.
health-help-port-ip6 = Oder in der IPv6-Firewall des Routers TCP und UDP an Port { $port } nach { $ip } durchlassen.
health-help-ip6 = Oder IPv6 im Router einschalten, wenn der Anbieter es hat, und neu starten.
health-help-rescue = Nachbarn, die nur umgezogen und selbst erreichbar sind, findet die Rettung: an beiden Enden mit „run --rescue“ starten.
health-help-udp = Die Rettung ist an, aber die BitTorrent-DHT antwortet nicht: Lässt dieses Netz UDP hinaus?
health-ways = Wege zu diesem Haus
health-rung-lan = Gleiches Netz
health-rung-port = Port im Router
health-rung-probing = Von außen versucht
health-rung-circuits = Über einen Nachbarn
health-rung-punching = Beide zugleich
health-rung-relaying = Weitergeben für andere
health-rung-rescue = Rettung
health-rung-off = aus
health-rung-looking = Nachbarn werden über mDNS gesucht
health-port-asking = der Router wird um einen Port gebeten
health-port-open = der Router hat einen Port geöffnet
health-port-none = kein Router hier öffnet von selbst Ports
health-port-behind = der Router steht hinter einem anderen
health-rung-untried = noch hat es niemand von außen erreicht
health-rung-reached = erreicht unter { $at }
health-rung-unneeded = nicht nötig
health-rung-places =
    { $n ->
        [0] kein Nachbar hält einen Platz frei
        [one] ein Platz bei { $n } Nachbarn
       *[other] Plätze bei { $n } Nachbarn
    }
health-rung-ways = direkte Wege gefunden: { $found }, vergebliche Versuche: { $vain }
health-rung-guests =
    { $n ->
        [0] zurzeit braucht es niemand
        [one] für { $n } Haus
       *[other] für { $n } Häuser
    }
health-rescue-idle = niemand wird vermisst
health-rescue-left = eine Nachricht dieses Hauses liegt in der BitTorrent-DHT
health-rescue-silent = die BitTorrent-DHT antwortet nicht
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
