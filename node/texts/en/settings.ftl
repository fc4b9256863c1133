# The settings, in English.

settings-locking = Locking
settings-lock-after = Lock by itself when no clip was opened or given for
settings-keep = Keep
settings-clips = How long clips stay
settings-days = Days
settings-for-good = for good
settings-gigabytes = Gigabytes in all
settings-no-limit = no limit
settings-clips-hint = The oldest go first, at once if there are too many already, and for good. Pinned clips stay.
settings-keep-so-long = Keep so long
settings-recovery = Recovery and backup
settings-sheet-done = It is on paper, and the file is gone
settings-sheet-says = The recovery sheet is on paper, as you said. Whoever holds it opens every clip; without it a lost machine means lost clips.
settings-backup = Back the whole home up from a terminal. Only the sheet opens that file:
settings-browsers = Browsers that are signed in
settings-this-browser = This browser
settings-sign-others-out = Sign all others out
settings-devices = Devices of this household
settings-this-device = This device
settings-remove-more = Remove…
settings-remove-says = For a machine that was stolen, sold or broken. It cannot be taken back, and the street gets a new key.
settings-words-of-sheet = The 24 words of the recovery sheet
settings-remove = Remove this device
settings-add-more = Add a device…
settings-make-it = Make it
settings-street = The street
settings-no-street = This home is on no street yet.
settings-sheet-at = The recovery sheet lies at <span class="cell">{ $file }</span>. Print it, put it where you keep your passport, and remove the file.
settings-session = signed in { $since } ago, used { $seen } ago
settings-another-browser = Another browser on this machine signs in with a link: <span class="cell">streetlamp sign-in</span>
settings-removed-at = removed { $when }
settings-device = { $roles }; certified { $when }
settings-add-says = Makes the directory <span class="cell">{ $dir }</span>, to be moved to the other machine.
settings-approver = It may open and give clips
settings-approver-hint = Without this it records, relays and alerts, and a thief finds nothing in it that opens a clip.
settings-street-says = Leaving, muting and removing stand with the neighbours:
settings-language = Language
settings-language-of = This page in this browser
settings-language-browser = As the browser asks
settings-language-hint = What neighbours and agencies write stays as they wrote it. The command line speaks English.
settings-other-program = Some other program
settings-relay = relay
settings-record = record
settings-alert = alert
settings-grant = grant
settings-session-ended = Signed out there. The next request of that browser is refused.
settings-kept = From now on your clips stay so long.
settings-lock-chosen = Chosen. It holds from the next unlocking on.
settings-sheet-safe = Good. Look once a year whether the paper is still there.
settings-device-made = Another device was made.
settings-device-removed = Removed. Nothing that this device says counts any more, and the street has a new key.
settings-made = Made { $dir }. Move it (do not copy it) to the machine that it is for, start a node from it there, and let it in with “streetlamp street return ADDRESS”; the address stands on the health page of this home.
settings-no-device = There is no such device any more.
settings-not-the-words = These are not the 24 words of a recovery sheet: look at their spelling and order.
settings-odd-days = The days were not taken: give a whole number, or nothing to keep clips for good.
settings-odd-gigabytes = The gigabytes were not taken: give a number such as 20 or 0.5, or nothing for no limit.
