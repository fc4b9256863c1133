# The street page: alerts, the form, bulletins, in English.

street-not-sent = Not sent
street-refused = Your alert was not sent. What you wrote is kept.
street-see-why = See what to change
street-title = On the street
street-tell = Tell the street
street-quiet = All quiet.
street-quiet-says = When a neighbour tells the street something, it appears here by itself.
street-taken-back = Taken back by its author: it was not so.
street-over = <strong>Over,</strong> says its author.
street-from-next-door = From { $street }, a street that yours knows; told to everybody nearby.
street-from-outside = From outside your street, told to everybody nearby. Nobody here vouches for it.
street-nearby = Told to everybody nearby, not only to your street.
street-by-us = { $author } (this home)
street-by-next-door = Somebody of { $street }
street-by-outside = Somebody of another street
street-happened = happened { $when }
street-in-cell = in cell <span class="cell">{ $cell }</span>
street-clips =
    { $n ->
        [one] { $n } clip that its author may give you
       *[other] { $n } clips that its author may give you
    }
street-confirmed =
    { $n ->
        [one] confirmed by { $n } neighbour
       *[other] confirmed by { $n } neighbours
    }
street-emergency = <strong>Streetlamp calls nobody:</strong> in an emergency call your emergency number first.
street-which = Which street?
street-kind = What kind of event?
street-what = What happened?
street-what-hint = The event in one line, up to { $n } characters.
street-more-about = More about it
street-more-about-hint = (optional, up to { $n } characters)
street-who-reads = Who can read it
street-how-soon = How soon should neighbours know?
street-ends-after = Ends after
street-cell-hint = A cell is a square of the map, about 150 metres wide with 7 characters; never an address.
street-with-clip = Say that there is a clip: { $camera }, { $when }
street-with-clip-hint = Nobody gets it by that. You give it to whom you want.
street-only-street = Only the homes of your street can read it.
street-kept = Your alert is kept here. It goes out as soon as a neighbour is connected.
street-posted =
    { $homes ->
        [one] Your alert went to { $homes } home.
       *[other] Your alert went to { $homes } homes.
    }
street-confirmed-done = Your neighbours see that you saw it, too.
street-resolved-done = Your neighbours see that it is over.
street-comment-done = Your comment is on its way.
street-closed-done = No more comments are shown from now on.
street-flag-done = Flagged. A home hides an alert that three neighbours flagged.
street-cancel-done = Taken back. Every home that has the alert shows that above it, also homes that were off.
street-not-taken = { $what } was not taken. { $why }
street-the-reason = The reason
street-the-comment = The comment
street-choose-flag = Choose why it should not be seen.
street-choose-kind = Please choose what kind of event it is.
street-choose-urgency = Please choose one.
street-say-what = Please say in a few words what happened.
street-no-place = A place is a cell of 6 or 7 characters, such as u33dc1 or u33dc1k.
street-choose-street = Please choose a street.
street-no-clip = There is no such clip any more.
street-choose-life = Please choose when it ends.
street-life-long = An alert of this kind ends after { $time } at the latest.
street-hours =
    { $n ->
        [one] { $n } hour
       *[other] { $n } hours
    }
street-days =
    { $n ->
        [one] { $n } day
       *[other] { $n } days
    }
street-search-days = { $n } days (lost pet or missing person only)
street-mine = My street
street-mine-hint = Sealed: nobody else can read it.
street-everybody = Everybody nearby
street-everybody-hint = Not sealed, without your name. Police and companies can read it too. For searches, fire, roads, outages, weather, water and animals.
street-too-long = That is { $got } characters; please say it in at most { $limit }.
street-no-text = Please write something.
street-odd-text = This text has characters that cannot be shown.
street-saw-it = I saw it, too
street-take-back = Take it back
street-is-over = It is over
street-add = Add something
street-comment = Comment
street-take-back-why = Take it back and say why
street-no-comments = No more comments
street-not-seen = It should not be seen
street-choose-why = Please choose why
street-not-true = It did not happen
street-looks = It is about how somebody looks
street-private = It tells something private
street-spam = It is advertising or noise
street-abuse = It insults
street-flag-it = Flag it
street-bulletins = Public bulletins
street-bulletins-says = From agencies, to everybody around here. They cannot read your street, and nothing you do here is told to them.
street-bulletin-taken-back = Taken back by its publisher: it does not hold any more.
street-to-do = What to do:
street-contact = Contact:
street-choose = Choose what is shown…
street-choose-from = From
street-choose-least = At least
street-choose-what = Kind
street-choose-state = Now
street-choose-since = Not older than
street-from-mine = This home
street-from-street = My street
street-from-nearby = Told to everybody nearby
street-state-holds = Still holds
street-state-confirmed = Confirmed
street-state-over = Over
street-state-taken-back = Taken back
street-newest = To the newest
street-no-alert = there is no such alert here, or it is over and gone
street-none-fit = Nothing that you chose.
street-map = Where it happened
street-map-square =
    { $n ->
        [one] Cell { $cell }: { $n } alert, { $urgency }
       *[other] Cell { $cell }: { $n } alerts, { $urgency }
    }
street-map-home = The dashed line is your cell, { $cell }.
street-map-says = Press a square to see only what was said there. A square is never a house.
street-map-all = Only { $cell } is shown: show all places
street-not-only-street = Everybody nearby can read it: it is not sealed, and does not bear your name.
street-signed-in =
    { $n ->
        [one] Another browser signed in. If that was not you,
       *[other] { $n } other browsers signed in. If that was not you,
    }
street-signed-in-look = look at who is signed in
street-film = Clip: { $camera }, { $when }
