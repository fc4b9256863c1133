# Words that many pages use: times, sizes, kinds, in English.

words-newer = Newer
words-older = Older
words-show-older = Show { $n } older
words-please-choose = Please choose
words-cell = Cell
words-optional = (optional)
words-more = More…
words-careful = Careful:
words-just-now = just now
words-ago = { $time } ago
words-ahead = in { $time }
words-no-minute = less than a minute
words-seconds =
    { $n ->
        [one] { $n } second
       *[other] { $n } seconds
    }
words-minutes =
    { $n ->
        [one] { $n } minute
       *[other] { $n } minutes
    }
words-hours =
    { $n ->
        [one] { $n } hour
       *[other] { $n } hours
    }
words-days =
    { $n ->
        [one] { $n } day
       *[other] { $n } days
    }
words-clips =
    { $n ->
        [one] { $n } clip
       *[other] { $n } clips
    }
words-day =
    { $weekday ->
        [1] Monday
        [2] Tuesday
        [3] Wednesday
        [4] Thursday
        [5] Friday
        [6] Saturday
       *[7] Sunday
    }, { $day } { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $year }
words-short-day = { $year }-{ $month }-{ $day }
words-whole-days =
    { $n ->
        [one] { $n } day
       *[other] { $n } days
    }
words-ahead-of = { $time } ahead of
words-behind = { $time } behind
words-megabytes = { $whole }.{ $tenth } MB
words-disk-full = The disk is nearly full, so no more clips are kept: delete clips, or make room.
words-disk-failing = The disk under this home fails, so nothing more is written: copy the home directory to another disk, then start the node there.
words-break-in = Break-in
words-theft = Theft
words-fire = Fire or smoke
words-road = Road
words-outage = Outage
words-weather = Weather
words-water = Flood or burst pipe
words-animal = Animal
words-lost-pet = Lost pet
words-missing-person = Missing person
words-noise = Noise
words-other = Something else
words-info = Good to know
words-heads-up = Heads-up
words-urgent = Urgent
words-info-hint = Can wait
words-heads-up-hint = Keep an eye open
words-urgent-hint = Needs attention now
words-gone = A home that is no longer on the street
words-gone-within = a home that is no longer on the street
words-ends = ends { $when }
words-connected = connected
words-away = away
words-why = Why?
words-up-to = (up to { $n } characters)
words-odd-hours = Hours are two different clock times, such as 22:00 and 07:00. Leave both out for none.
words-clock-from = From
words-clock-to = To
words-this-machine = The server is this very machine
words-contents = How much is told?
words-contents-nothing = Only that something was said
words-contents-nothing-hint = And whether it is urgent.
words-contents-kind = The kind of event
words-contents-kind-hint = Such as “Break-in”, or which camera.
words-contents-title = The title, too
words-contents-title-hint = As your neighbour wrote it. Would they want that?
