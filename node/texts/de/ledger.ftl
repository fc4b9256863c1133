# The ledger, in German.

ledger-says = Jeder Schlüssel, der dieses Zuhause verlässt, jeder Export, jedes Öffnen und jedes Aufhören steht zuerst hier. Jeder Eintrag hält sich am vorigen fest: Keiner lässt sich ändern oder entfernen, ohne dass der Rest es zeigt.
ledger-check = Prüfen, ob es ganz ist
ledger-download = Herunterladen
ledger-none = Nichts hat dieses Zuhause verlassen, und nichts wurde geöffnet.
ledger-pages = Seiten des Logbuchs
ledger-clip-gone = Ein Clip, der nicht mehr hier ist
ledger-file-hint = Die Datei sagt, wem welcher Clip gegeben wurde. Wer sie hat, kann sie mit <code>streetlamp ledger verify --file</code> prüfen, ohne dieses Zuhause.
ledger-given = Gegeben
ledger-opened = Geöffnet
ledger-stopped = Beendet
ledger-exported = Exportiert
ledger-grant = Der Schlüssel dieses Clips ging an { $who }.
ledger-export = Dieser Clip wurde exportiert, versiegelt für den Schlüssel { $key }.
ledger-export-plain = Dieser Clip ging als Film hinaus, den alle ansehen können.
ledger-open = Dieser Clip wurde für diesen Haushalt geöffnet.
ledger-stop = Dieser Clip wird für { $who } nicht mehr bereitgehalten.
ledger-empty = Das Logbuch ist leer: Es wurde nie etwas gegeben, exportiert oder geöffnet.
ledger-whole =
    { $n ->
        [one] Das Logbuch ist ganz. Es wurde neu von der Festplatte gelesen: { $n } Eintrag, den das Gerät dieses Zuhauses unterschrieb.
       *[other] Das Logbuch ist ganz. Es wurde neu von der Festplatte gelesen: { $n } Einträge folgen lückenlos aufeinander, und das Gerät dieses Zuhauses unterschrieb den letzten.
    }
ledger-broken = Das Logbuch ist NICHT ganz ({ $fault }). Lass das Verzeichnis des Zuhauses, wie es ist, und vergleiche es mit einer Sicherung.
ledger-entries =
    { $n ->
        [one] { $n } Eintrag
       *[other] { $n } Einträge
    }
