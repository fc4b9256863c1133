# When cameras record, in English.

modes-title = When cameras record
modes-who-is-there = Who is there?
modes-home = Home
modes-home-hint = Somebody is there, and awake.
modes-away = Away
modes-away-hint = Nobody is there.
modes-night = Night
modes-night-hint = Everybody sleeps.
modes-says = Nothing guesses it: you say it here, or Home Assistant does if you let it.
modes-no-camera = No camera yet.
modes-no-camera-says = A camera records always, unless you say in which modes and at which hours.
modes-rests = Rests now
modes-may-record = May record now
modes-change = Change…
modes-in-which = In which modes does it record?
modes-in-none = None ticked means in every mode.
modes-hours = At which hours?
modes-hours-hint = By the clock of this home, also over midnight. Without hours at every hour.
modes-keep = Keep it so
modes-scheduled = From now on that camera records so. What happens while it rests is recorded nowhere.
modes-always = It records always.
modes-in = It records when the mode is: { $modes }.
modes-at = It records at { $hours }.
modes-in-at = It records at { $hours }, when the mode is: { $modes }.
modes-covered = Covered in its pictures, in percent from the upper left corner (left, top, width, height): { $areas }.
