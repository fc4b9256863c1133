# Publishers and their bulletins, in English.

publishers-listed = { $domain }, which listed its key on { $day }
publishers-pinned = pinned by you; domain { $domain } not checked
publishers-unchecked = says it is { $domain }; nobody checked that yet
publishers-from = made from a CAP message of { $sender }
publishers-from-signed = made from a CAP message of { $sender }; its XML signature was not checked
publishers-contradiction = carries a CAP message that says something else, which is not shown
publishers-safety-tip = Safety tip
publishers-update = Update
publishers-road-closure = Road closure
publishers-police-activity = Police activity
publishers-fire = Fire
publishers-weather = Weather
publishers-evacuation = Evacuation
publishers-missing-person = Missing person
publishers-community-event = Community event
publishers-meeting = Meeting
publishers-hazard = Hazard
publishers-impostor = somebody else is known here under this domain, and neither he nor the domain names this one: do not believe it.
publishers-key-changed = the domain lists this key now, and another one before, and the old key did not name it: ask them in another way before you believe it, then pin it.
publishers-denied = the domain does not list this key: it may be somebody else, or a key that was given up.
publishers-contested = a key that this publisher gave up names two others: somebody else may have it; ask them in another way, then pin it.
publishers-title = Who may speak here
publishers-says = Agencies can tell everybody around something, and read nothing. Anybody can call himself an agency: look at what his domain says. What you mute or pin here changes what this home shows, and nobody else learns of it.
publishers-asks = The domain of a publisher whose bulletin is shown here is asked about the key once a week; it learns your internet address, and nothing else.
publishers-asks-not = No domain is asked from here.
publishers-none = Nobody has spoken here yet.
publishers-none-says = A fire department, a city or a school that publishes for the cells around this home appears here by itself.
publishers-by-you = Pinned by you
publishers-domain-checked = Domain checked
publishers-not-checked = Not checked
publishers-muted = Muted
publishers-speaks-in = Speaks in
publishers-first-seen = First seen
publishers-bulletins = Bulletins
publishers-first-key = First key
publishers-changed-to = Changed to
publishers-pin = Pin: I asked it myself
publishers-still-shown = Still shown of it: what lives may hang on.
publishers-kinds = Kinds of bulletins
publishers-kinds-says = A kind that is muted is not shown, whoever says it.
publishers-lives = What lives may hang on
publishers-mute-more = Mute…
publishers-sure = I am sure: this home shows nobody’s bulletins of this kind, not even an order to leave.
publishers-is-muted = muted
publishers-mute = Mute
publishers-hear = Hear it again
publishers-your-home = Your home: { $cell }
publishers-inside = your home is in it
publishers-outside = your home is outside
publishers-legend-area = where it speaks
publishers-legend-heard = where this home listens
publishers-legend-own = your home
publishers-be-sure = Lives may hang on bulletins of this kind. To hear none of them from anybody, say that you are sure.
publishers-holds =
    { $n ->
        [0] none that holds now
        [one] { $n } that holds
       *[other] { $n } that hold
    }
publishers-map = Cells { $cells }
publishers-map-inside = Cells { $cells }, and your home in one of them
publishers-map-outside = Cells { $cells }, and your home outside
