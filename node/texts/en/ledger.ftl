# The ledger, in English.

ledger-says = Every key that leaves this home, every export, every opening and every stop is written here first. Each entry holds on to the one before: none can be changed or taken out without the rest showing it.
ledger-check = Check that it is whole
ledger-download = Download it
ledger-none = Nothing has left this home, and nothing was opened.
ledger-pages = Pages of the ledger
ledger-clip-gone = A clip that is not here any more
ledger-file-hint = The file says who was given which clip. Anybody who has it can check it with <code>streetlamp ledger verify --file</code>, without this home.
ledger-given = Given
ledger-opened = Opened
ledger-stopped = Stopped
ledger-exported = Exported
ledger-grant = The key of this clip was given to { $who }.
ledger-export = This clip was exported, sealed for whoever has the key { $key }.
ledger-export-plain = This clip left as a film that anybody can watch.
ledger-open = This clip was opened for this household.
ledger-stop = Serving this clip to { $who } was stopped.
ledger-empty = The ledger is empty: nothing was ever given, exported or opened.
ledger-whole =
    { $n ->
        [one] The ledger is whole. It was read off the disk anew: { $n } entry, which this home’s own device signed.
       *[other] The ledger is whole. It was read off the disk anew: { $n } entries follow one from the other without a gap, and this home’s own device signed the last.
    }
ledger-broken = The ledger is NOT whole: { $fault }. Keep the home directory as it is and compare it with a backup.
ledger-entries =
    { $n ->
        [one] { $n } entry
       *[other] { $n } entries
    }
