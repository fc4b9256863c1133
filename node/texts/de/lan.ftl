# Die Seite für andere Geräte im Haus: sie öffnen, der zweite Faktor, und die Anmeldung von dort, auf Deutsch.

lan-title = Vom Handy aus
lan-door = Die Tür zu deinem Netz
lan-is-shut = Zu: Diese Seite ist nur auf dieser Maschine zu erreichen.
lan-is-open = Offen: Geräte in deinem Netz erreichen diese Seite unter
lan-opening = Sie öffnet sich gleich: Lade diese Seite neu.
lan-waits = Sie öffnet sich, sobald es einen zweiten Faktor gibt.
lan-failed = Sie ließ sich nicht öffnen, und es wird wieder versucht: { $why }
lan-open-says = Handys und Laptops in deinem eigenen Netz können dann diese Seite öffnen, über eine verschlüsselte Verbindung, und sich mit Passphrase und Code anmelden. Auch Kameras und Programme mit einem Token kommen dort herein. Von außerhalb deines Netzes kommt niemand dorthin.
lan-open = Öffnen
lan-shut = Schließen
lan-opened = Sie wird für dein Netz offen sein.
lan-closed = Zu. Wer aus deinem Netz angemeldet war, ist abgemeldet.
lan-fingerprint = Der Fingerabdruck (SHA-256) ihres Zertifikats:
lan-fingerprint-hint = Beim ersten Besuch warnt dein Browser, denn niemand unterschreibt Zertifikate für eine Maschine daheim. Sieh dir dort das Zertifikat an, und geh nur weiter, wenn es diesen Fingerabdruck zeigt.
lan-failures =
    { $times ->
        [one] Aus deinem Netz hat { $times } Mal jemand vergeblich versucht, sich anzumelden.
       *[other] Aus deinem Netz hat { $times } Mal jemand vergeblich versucht, sich anzumelden.
    }
lan-not-here = Öffnen, Schließen und der zweite Faktor werden an der Maschine selbst entschieden.
lan-factor = Der zweite Faktor
lan-factor-none = Außer der Passphrase wird ein Code aus sechs Ziffern verlangt, den ein Programm auf deinem Handy zeigt (Aegis, FreeOTP, Google Authenticator, ein Passwortmanager). Noch gibt es keinen.
lan-factor-there =
    { $left ->
        [one] Es gibt einen, eingerichtet { $when }. { $left } Code auf Papier ist übrig.
       *[other] Es gibt einen, eingerichtet { $when }. { $left } Codes auf Papier sind übrig.
    }
lan-new-factor = Einrichten
lan-another-factor = Einen anderen einrichten
lan-scan = Lies dieses Bild mit dem Programm auf deinem Handy.
lan-picture = Das Geheimnis des zweiten Faktors, für die Kamera eines Handys
lan-type = Oder tippe dies dort ein:
lan-first-code = Der Code, den es jetzt zeigt
lan-confirm = In Gebrauch nehmen
lan-confirmed = Der zweite Faktor gilt. Wer aus deinem Netz mit einem anderen angemeldet war, ist abgemeldet.
lan-paper = Codes fürs Papier
lan-paper-says = Jeder gilt einmal anstelle des Handys. Drucke sie jetzt oder schreib sie ab: Sie werden nicht noch einmal gezeigt, und nur ihre Hashes werden behalten.
lan-forget-more = Entfernen…
lan-forget-says = Die Seite ist dann für dein Netz zu, und wer von dort angemeldet war, ist abgemeldet.
lan-forget = Den zweiten Faktor entfernen
lan-forgotten = Entfernt. Die Seite ist für dein Netz zu.
lan-code = Code
lan-code-hint = Sechs Ziffern aus dem Programm auf deinem Handy, oder ein Code vom Papier.
lan-wrong = Passphrase und Code haben nicht beide gepasst. Ein Code gilt einmal: Warte auf den nächsten. Nach vielen falschen Codes gelten eine Weile nur noch die vom Papier.
lan-too-soon = Zu viele Versuche. Versuche es in { $seconds } Sekunden wieder.
lan-no-factor = Es gibt noch keinen zweiten Faktor, darum kann sich von hier niemand anmelden. Richte ihn auf der Maschine selbst ein: Einstellungen, Vom Handy aus.
lan-compare = Vergleiche das Zertifikat dieser Seite mit dem Fingerabdruck, den die Maschine selbst zeigt, bevor du hier etwas eintippst.
