# Clips: the list, one clip, export, who holds what, in English.

clips-deleted = Deleted: nobody can open it from this home any more. Sealed copies at keepers go after a week. Copies that others fetched or were sent stay with them, and the ledger still says who got the key.
clips-camera = Camera
clips-all = All
clips-day = Day
clips-utc = (UTC)
clips-show = Show
clips-show-all = Show all
clips-none-fit = No clip of that camera and day.
clips-none = No clips yet.
clips-none-says = Your own recordings, and clips that neighbours grant you, appear here. Nobody can ask this home for a clip.
clips-camera-of = A camera of { $owner }
clips-granted = Granted to you
clips-not-here = Not here yet
clips-pinned = Pinned
clips-offered = offered in an alert
clips-given-to =
    { $n ->
        [one] given to { $n } neighbour
       *[other] given to { $n } neighbours
    }
clips-copies =
    { $n ->
        [one] sealed copy at { $n } keeper
       *[other] sealed copy at { $n } keepers
    }
clips-pages = Pages of the list
clips-from = from { $owner }
clips-no-time = At no known time
clips-stay = They stay until you delete them.
clips-go-after =
    { $days ->
        [one] They go after { $days } day, but for those that are pinned.
       *[other] They go after { $days } days, but for those that are pinned.
    }
clips-go-beyond = The oldest go when all are more than { $size }, but for those that are pinned.
clips-go-both =
    { $days ->
        [one] They go after { $days } day, and the oldest when all are more than { $size }, but for those that are pinned.
       *[other] They go after { $days } days, and the oldest when all are more than { $size }, but for those that are pinned.
    }
clips-own =
    { $n ->
        [one] Your own clips: { $n } clip here, { $size } sealed. { $stay }
       *[other] Your own clips: { $n } clips here, { $size } sealed. { $stay }
    }
clips-all-clips = All clips
clips-film = The film
clips-open-hint = It is opened on the way and written nowhere. Locking this home stops it.
clips-reads-not = This device holds no reading key: watch the clip on the device of your household that does.
clips-locked = <strong>Locked.</strong> Your passphrase opens this home’s clips until it locks itself again.
clips-unlock-and-open = Unlock and open the film
clips-open = Open the film
clips-open-says = That you open it goes into your ledger first. Nobody else learns of it.
clips-coming = On its way, sealed: { $done }
clips-leave-page = You can leave this page; it goes on.
clips-away = The film is not here yet.
clips-away-mine = It comes from neighbours who keep a sealed copy, or from the device that recorded it.
clips-away-theirs = It comes sealed from { $owner }.
clips-away-kept = It comes sealed from { $owner }, or from neighbours who keep a copy.
clips-try-again = Try again
clips-fetch = Fetch it
clips-fetch-hint = Whoever granted it learns that you fetched it.
clips-what = What it is
clips-recorded = Recorded
clips-size = Size
clips-owner = Owner
clips-where = Where it is
clips-stays = Stays
clips-check = Check its bytes
clips-unpin = Unpin
clips-pin = Pin
clips-post-with = Post with this clip
clips-export-more = Export…
clips-delete-more = Delete…
clips-delete-elsewhere = This destroys the copy here. The device that recorded the clip still has it: delete it there, too.
clips-delete-mine = This destroys what opens the clip, its grants and its bytes, here and for good. Keepers delete their sealed copies after a week. It recalls nothing: whoever fetched it keeps it, and so does whoever was sent an export. The ledger still says who got the key.
clips-delete-theirs = This destroys your key and your copy. Its owner still has the clip and would have to grant it again.
clips-delete = Delete it for good
clips-share-title = Share it
clips-share-says = The key of this one clip, for one household. It opens nothing else.
clips-share-more = Share…
clips-all-have = Every neighbour has it already, or there is none.
clips-who = Who?
clips-serve-for = Serve it for
clips-give = Give it to this household
clips-give-all = Give it to the whole street
clips-give-all-hint = The whole street means one grant and one ledger entry for every household that is on it now. Who comes later gets none.
clips-given-title = Who was given it
clips-nobody = Nobody.
clips-stop = Stop serving
clips-size-sealed = { $size }, sealed
clips-this-household = this household
clips-is-here = here
clips-is-away = not here
clips-sealed-at = sealed at { $keepers }
clips-elsewhere = on another device of this household
clips-goes = Goes
clips-served = Served
clips-stays-pinned = pinned, until you delete it
clips-stays-age = with the others of its age
clips-stays-on = until you delete it
clips-offered-title = Offered
clips-offered-where = in an alert of yours
clips-why-hint = (they can read it, up to { $n } characters)
clips-share-warning = <strong>What is given cannot be taken back.</strong> You can stop serving it at any time: then a home that has not fetched it gets nothing. A home that has fetched it keeps it, and can show or pass it on.
clips-also-unlocks = It also unlocks this home.
clips-given-at = given { $when }
clips-served-until = served until { $when }
clips-unknown = There is no such clip here: it may have been deleted, or its grant has ended.
clips-size-of = { $part } of { $whole }
clips-a-day = a day
clips-a-week = a week
clips-30-days = 30 days
clips-a-year = a year
clips-pinned-done = Pinned: it stays until you delete it.
clips-unpinned-done = It goes when the others of its age go.
clips-whole = It is whole: every sealed byte is what it was when the clip got its name.
clips-given = Given, and in the ledger. The key leaves as soon as that home is connected.
clips-given-all = Given to every neighbour who did not have it. The ledger has an entry for each.
clips-nobody-lacks = Nothing to do: every neighbour has it, or there is none.
clips-stopped = It is not served any more. A copy that was fetched before stays where it is.
clips-choose-who = Choose who should get it.
clips-no-grant = There is no such grant.
clips-the-purpose = The purpose
clips-choose-life = Choose until when it is served.
clips-fetching = { $n } clips are being fetched already: wait until one of them is here.
clips-fetched = Fetched
clips-fetched-at = Fetched { $when }
clips-fetched-from = Fetched { $when } from { $keeper }, by that keeper’s word
clips-stopped-fetched = { $fetched }: the copy stays there. Serving stopped { $when }.
clips-stopped-unfetched = Serving stopped { $when }. As far as is known here, it was not fetched.
clips-over-unfetched = Its time is over. As far as is known here, it was not fetched.
clips-delivered = Knows of it, and has not fetched it yet.
clips-waits = Waits here until that home is connected.
clips-camera-of-within = a camera of { $owner }
clips-too-many-films = Too many films are played. Close some of them.
clips-export = Export
clips-export-title = Export { $title }
clips-back = Back to the clip
clips-recorded-at = Recorded { $when }
clips-export-says = For somebody outside your street: an insurer, an officer, a lawyer. Nobody can ask for it through Streetlamp. It is your own act, and it is in your ledger before anything leaves. What left cannot be taken back.
clips-cover = Cover areas of the picture
clips-cover-open-first = Open the film on its page first, and you can draw the areas over a picture of it here.
clips-cover-draw = Draw over what nobody should see. A box stays where it is: it does not move with a face. Look at the film before you send it.
clips-still = A picture of the film
clips-still-second = Picture at second
clips-with-sound-hint = Voices are left out unless you say so.
clips-for-whom = For whom?
clips-sealed-for-hint = Only who has the key opens it.
clips-in-the-open-hint = Anybody who gets the file can watch it.
clips-in-the-open-sure = Yes: in the open, for anybody to watch, copy and pass on
clips-export-it = Export it
clips-export-hint = You get one ZIP file: the film, a manifest by which it can be checked, and a note that says how. Hand on all of it. With its sound and nothing covered, a sealed export is the very recording that the device signed.
clips-cover-no = This needs the free program <code>ffmpeg</code> on the machine of your home. It is not there.
clips-areas = Areas
clips-areas-form = (one a line, in pixels: left, top, width, height)
clips-areas-hint = For a part of the film only, write <span class="cell">@2.5-8</span> behind it: from second 2.5 to 8. The pictures are coded anew then, and it is no longer the recording that the device signed.
clips-with-sound = With its sound
clips-sealed-for = Sealed for one reader
clips-in-the-open = In the open
clips-their-key = Their key
clips-their-key-form = (begins with age1)
clips-their-key-hint = They make one with the free program <code>age-keygen</code> and send you the public half.
clips-film-held = Another film is being exported or drawn: try again in a moment.
clips-no-key = That is not a key to export to. It begins with age1, and is the public half.
clips-be-sure = A film in the open can be watched, copied and passed on by anybody who gets it: if that is what you want, say it a second time.
clips-choose-whom = Choose for whom it is.
clips-no-area = “{ $line }” is not an area: write left, top, width and height in pixels, such as 40,60,200,120.
clips-many-areas = At most { $n } areas are covered in one export.
clips-not-packed = The export could not be packed: is there enough memory?
clips-keys-given = Keys that you gave
clips-keys-given-hint = Each opens one clip for one household. Stopping ends the serving; it cannot recall a copy.
clips-keys-none = Nobody was given a clip of yours.
clips-deleted-here = A clip that is deleted here
clips-keepers = Who keeps sealed copies for you
clips-keepers-hint = A keeper opens nothing. It learns that you recorded, when and roughly how much.
clips-keepers-none = Nobody. A thief who takes this box takes your clips with it.
clips-not-checked = not checked yet
clips-check-now = Check now
clips-recall = Recall clips
clips-end-lease = End the lease
clips-end-says = End every lease with this neighbour, both ways. Its copies of your clips go after a week, and what you keep for it goes now.
clips-end-says-kept = End every lease with this neighbour, both ways. What you keep for it goes now, and its copies of your clips go after a week.
clips-ask-keeper = Ask a neighbour to keep
clips-gigabytes = Gigabytes
clips-ask-90 = Ask for 90 days
clips-ask-hint = Their home answers at once, within what it offers.
clips-you-keep = What you keep for others
clips-end-more = End…
clips-offer-many = Offer so many gigabytes in all
clips-offer = Offer
clips-let-go =
    { $n ->
        [one] { $n } clip that was let go is still there; it goes { $when }.
       *[other] { $n } clips that were let go are still there; the last goes { $when }.
    }
clips-to-delete =
    { $n ->
        [one] { $n } more clip waits to be deleted; it goes { $when }.
       *[other] { $n } more clips wait to be deleted; the last goes { $when }.
    }
clips-last-checked = last proof asked { $when }
clips-recall-says = After this home lost its database: make the clips known again that this neighbour keeps.
clips-none-opens = None of it opens here.
clips-leased = It keeps up to { $size } for this home. Copies are on their way, the newest clips first.
clips-proven = It holds the clip that was drawn: the part that it was asked for is right.
clips-lost = It does not hold the clip that was drawn any more. It is given it again.
clips-lied = It gave other bytes than those of the clip that was drawn. It gets no more clips: ask another neighbour to keep, and end this lease.
clips-cut-off = It was cut off before it could prove anything. Try again.
clips-recalled =
    { $n ->
        [0] It keeps nothing for this home that is not known here.
        [one] { $n } clip known again. Get its bytes on its page.
       *[other] { $n } clips known again. Get their bytes on their pages.
    }
clips-ended = Ended: what was kept here for that neighbour is deleted, and its home deletes what it kept for this one after a week.
clips-offers-none = This home offers no room any more. Leases that were given run on until they end.
clips-offers = This home keeps up to { $size } for neighbours.
clips-choose-neighbour = Choose a neighbour.
clips-whole-gigabytes = Say how much in whole gigabytes.
clips-keeps-none = This home keeps nothing for others.
clips-keeps = This home keeps up to { $size } for neighbours; { $leased } of it are leased.
clips-held = { $clips }, { $held } of { $room }
clips-keeper-lied = It gave other bytes than it was given: it gets no more clips, so ask another neighbour to keep and end this lease.
clips-keeper-lost = It lost a clip that it should hold, and is given it again.
clips-keeper-forked = It closed two ledgers: the proof is in the directory “proofs” of this home, and “streetlamp ledger verify --file” explains it.
clips-keeper-ledger-refused = It does not take this home’s ledger, because it knows another: was this home restored from an old backup, or does somebody else use its keys?
clips-keeper-ledger-cut = It knows ledger entries that this home does not have: it was set back to an old state, or entries were removed.
clips-keeper-ending = It let go of its lease here: what is kept for it is deleted within a week, unless its household asks for it again.
clips-keeper-full = It has no room although it leased some: its disk may be full, or the lease holds less than a day of film.
clips-keeper-small = It leased less than all clips need: the newest are there.
