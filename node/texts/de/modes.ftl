# When cameras record, in German.

modes-title = Wann Kameras aufnehmen
modes-who-is-there = Wer ist da?
modes-home = Zuhause
modes-home-hint = Jemand ist da und wach.
modes-away = Fort
modes-away-hint = Niemand ist da.
modes-night = Nacht
modes-night-hint = Alle schlafen.
modes-says = Nichts errät das: Du sagst es hier, oder Home Assistant, wenn du ihn lässt.
modes-no-camera = Noch keine Kamera.
modes-no-camera-says = Eine Kamera nimmt immer auf, wenn du nicht sagst, wann und zu welchen Stunden.
modes-rests = Ruht jetzt
modes-may-record = Darf jetzt aufnehmen
modes-change = Ändern …
modes-in-which = Wann nimmt sie auf?
modes-in-none = Nichts angekreuzt heißt: immer, wer auch da ist.
modes-hours = Zu welchen Stunden?
modes-hours-hint = Nach der Uhr dieses Zuhauses, auch über Mitternacht. Ohne Angabe zu jeder Stunde.
modes-keep = So merken
modes-scheduled = Ab jetzt nimmt diese Kamera so auf. Was geschieht, während sie ruht, wird nirgends aufgenommen.
modes-always = Sie nimmt immer auf.
modes-in = Sie nimmt auf bei: { $modes }.
modes-at = Sie nimmt auf von { $hours }.
modes-in-at = Sie nimmt auf von { $hours }, bei: { $modes }.
modes-covered = In ihren Bildern verdeckt, in Prozent von der linken oberen Ecke (links, oben, Breite, Höhe): { $areas }.
