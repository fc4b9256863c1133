# What stands around every page, signing in, and what the gate answers, in English.

frame-holders = Who holds what
frame-ledger = Ledger
frame-skip = Skip to the page
frame-pages = Pages
frame-street = Street
frame-neighbours = Neighbours
frame-clips = Clips
frame-publishers = Publishers
frame-sign-out = Sign out
frame-this-home = This home
frame-no-street = No street yet
frame-home-of = Home of { $household }
frame-health = Health
frame-settings = Settings
frame-locked = Locked
frame-locked-says = Clips stay shut. Recording and alerts go on.
frame-unlock-more = Unlock…
frame-passphrase = Passphrase of this home
frame-unlock = Unlock
frame-unlocked = Unlocked
frame-unlocked-says = Clips can be opened on this node. It locks itself after { $time } without use.
frame-countdown = In { $left }.
frame-lock-now = Lock now
frame-footer = No account, no company, no cloud: this page is drawn by your own home node.
frame-announce = New: { $title }
frame-announce-more = New: { $title } and { $more } more
frame-no-neighbours = No neighbours yet
frame-connected =
    { $known ->
        [one] { $here } of { $known } neighbour connected
       *[other] { $here } of { $known } neighbours connected
    }
frame-on-the-way =
    { $messages ->
        [one] { $messages } message still on the way. Delivered as soon as the neighbour is there.
       *[other] { $messages } messages still on the way. Delivered as soon as the neighbour is there.
    }
frame-waiting =
    { $messages ->
        [one] { $messages } message waiting here. Sent as soon as a neighbour is connected.
       *[other] { $messages } messages waiting here. Sent as soon as a neighbour is connected.
    }
frame-clock = This home’s clock is { $skew } its neighbours’ clocks. Please set it.
frame-sign-in = Sign in
frame-sign-in-title = Sign in to your home node
frame-sign-in-says = This signs this browser in. The link works once.
frame-link-used = This link no longer works
frame-link-life = Each link works once, and for 15 minutes.
frame-please-sign-in = Please sign in
frame-no-password = Your home node gives you a link to sign in with. There is no password and no account.
frame-new-link = For a new link, look at the terminal of the node: start it again, or run
frame-signed-in-already = Signed in already in this browser?
frame-go-to-street = Go to the street
frame-back = Back to the street
frame-no-page = There is no such page
frame-no-page-says = It may have moved, or the link is not complete.
frame-no-method = Nothing to see here
frame-no-method-says = This address does something when a form is sent to it. It has no page of its own.
frame-not-found = That is not here
frame-invalid = That does not make sense yet
frame-denied = That is not allowed
frame-conflict = That cannot be done now
frame-unavailable = Not available right now
frame-fault = Something went wrong here
frame-not-drawn = This page could not be drawn.
frame-nothing-done = Nothing was done
frame-form-unread = The form could not be read. Please go back and send it again.
frame-too-much = Too much at once
frame-in-a-moment = Please try again in a moment.
frame-too-long = No answer in time
frame-too-long-says = This took too long and was given up. Please try again.
frame-other-address = Not this node’s address
frame-other-address-says = This node answers only under its own address. Open the link that the node printed.
frame-not-encrypted = The connection is not encrypted
frame-not-encrypted-says = The program before this page reached you without encryption, so that your passphrase could be read along on the way. Open it under https://, or set Home Assistant up for that first.
frame-other-origin = This request did not come from this node’s own page, so nothing was done.
frame-not-signed-in = You are not signed in, or were away for long. Nothing was done.
frame-forms-only = This address takes forms only.
frame-form-long = The form is too long, or was cut off. Please shorten it and send it again.
frame-wrong-passphrase = That passphrase is not right. Nothing was unlocked.
frame-not-live = Not live
frame-not-live-says = Too many pages are open. This one does not refresh itself.
frame-too-many-attempts = Too many attempts at once. Wait a few seconds and try again.
frame-give-passphrase = Give the passphrase of this home, so that nobody else can do this at your page.
frame-not-proven = That passphrase is not right, so nothing was done.
frame-home-itself = The home itself
