# What stands around every page, signing in, and what the gate answers, in German.

frame-holders = Wer was hat
frame-ledger = Logbuch
frame-skip = Zum Inhalt springen
frame-pages = Seiten
frame-street = Straße
frame-neighbours = Nachbarn
frame-clips = Clips
frame-publishers = Herausgeber
frame-sign-out = Abmelden
frame-this-home = Dieses Zuhause
frame-no-street = Noch keine Straße
frame-home-of = Zuhause von { $household }
frame-health = Zustand
frame-settings = Einstellungen
frame-locked = Gesperrt
frame-locked-says = Clips bleiben zu. Aufnahmen und Meldungen gehen weiter.
frame-unlock-more = Entsperren …
frame-passphrase = Passphrase dieses Zuhauses
frame-unlock = Entsperren
frame-unlocked = Entsperrt
frame-unlocked-says = Clips lassen sich auf diesem Knoten öffnen. Er sperrt sich nach { $time } ohne Nutzung.
frame-countdown = In { $left }.
frame-lock-now = Jetzt sperren
frame-footer = Kein Konto, keine Firma, keine Cloud: Diese Seite zeichnet dein eigener Heimknoten.
frame-announce = Neu: { $title }
frame-announce-more = Neu: { $title } und noch { $more }
frame-no-neighbours = Noch keine Nachbarn
frame-connected =
    { $known ->
        [one] { $here } von { $known } Nachbarn verbunden
       *[other] { $here } von { $known } Nachbarn verbunden
    }
frame-on-the-way =
    { $messages ->
        [one] { $messages } Nachricht noch unterwegs. Sie kommt an, sobald der Nachbar da ist.
       *[other] { $messages } Nachrichten noch unterwegs. Sie kommen an, sobald der Nachbar da ist.
    }
frame-waiting =
    { $messages ->
        [one] { $messages } Nachricht wartet hier. Sie geht hinaus, sobald ein Nachbar verbunden ist.
       *[other] { $messages } Nachrichten warten hier. Sie gehen hinaus, sobald ein Nachbar verbunden ist.
    }
frame-clock = Die Uhr dieses Zuhauses { $skew } denen der Nachbarn. Bitte stelle sie.
frame-sign-in = Anmelden
frame-sign-in-title = Bei deinem Heimknoten anmelden
frame-sign-in-says = Das meldet diesen Browser an. Der Link gilt einmal.
frame-link-used = Dieser Link gilt nicht mehr
frame-link-life = Jeder Link gilt einmal, und 15 Minuten lang.
frame-please-sign-in = Bitte melde dich an
frame-no-password = Dein Heimknoten gibt dir einen Link zum Anmelden. Es gibt kein Passwort und kein Konto.
frame-new-link = Einen neuen Link zeigt das Terminal des Knotens: Starte ihn neu, oder gib dort ein
frame-signed-in-already = In diesem Browser schon angemeldet?
frame-go-to-street = Zur Straße
frame-back = Zurück zur Straße
frame-no-page = Diese Seite gibt es nicht
frame-no-page-says = Sie ist vielleicht umgezogen, oder der Link ist nicht vollständig.
frame-no-method = Hier gibt es nichts zu sehen
frame-no-method-says = Diese Adresse tut etwas, wenn ein Formular an sie geschickt wird. Eine eigene Seite hat sie nicht.
frame-not-found = Das ist nicht hier
frame-invalid = Das ergibt noch keinen Sinn
frame-denied = Das ist nicht erlaubt
frame-conflict = Das geht jetzt nicht
frame-unavailable = Gerade nicht erreichbar
frame-fault = Hier ist etwas schiefgegangen
frame-not-drawn = Diese Seite ließ sich nicht zeichnen.
frame-nothing-done = Es wurde nichts getan
frame-form-unread = Das Formular war nicht lesbar. Bitte geh zurück und schicke es noch einmal.
frame-too-much = Zu viel auf einmal
frame-in-a-moment = Bitte versuche es gleich noch einmal.
frame-too-long = Keine Antwort zur rechten Zeit
frame-too-long-says = Das hat zu lange gedauert und wurde abgebrochen. Bitte versuche es noch einmal.
frame-other-address = Nicht die Adresse dieses Knotens
frame-other-address-says = Dieser Knoten antwortet nur unter seiner eigenen Adresse. Öffne den Link, den der Knoten ausgegeben hat.
frame-not-encrypted = Die Verbindung ist nicht verschlüsselt
frame-not-encrypted-says = Das Programm vor dieser Seite hat dich ohne Verschlüsselung erreicht, sodass deine Passphrase unterwegs mitgelesen werden könnte. Öffne es unter https://, oder richte Home Assistant erst dafür ein.
frame-other-origin = Diese Anfrage kam nicht von der eigenen Seite dieses Knotens, also wurde nichts getan.
frame-not-signed-in = Du bist nicht angemeldet, oder warst lange weg. Es wurde nichts getan.
frame-forms-only = Diese Adresse nimmt nur Formulare an.
frame-form-long = Das Formular ist zu lang oder wurde abgeschnitten. Bitte kürze es und schicke es noch einmal.
frame-wrong-passphrase = Diese Passphrase stimmt nicht. Es wurde nichts entsperrt.
frame-not-live = Nicht laufend frisch
frame-not-live-says = Es sind zu viele Seiten offen. Diese erneuert sich nicht von selbst.
frame-too-many-attempts = Zu viele Versuche auf einmal. Warte ein paar Sekunden und versuche es noch einmal.
frame-give-passphrase = Gib die Passphrase dieses Zuhauses an, damit niemand sonst das auf deiner Seite tun kann.
frame-not-proven = Diese Passphrase stimmt nicht, also wurde nichts getan.
frame-home-itself = Das Zuhause selbst
