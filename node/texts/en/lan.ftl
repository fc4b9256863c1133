# The page for other devices of the house: opening it, the second factor, and signing in from there, in English.

lan-title = From your phone
lan-door = The door to your network
lan-is-shut = Shut: this page is reached on this machine only.
lan-is-open = Open: devices of your network reach this page at
lan-opening = It opens in a moment: load this page again.
lan-waits = It opens as soon as there is a second factor.
lan-failed = It could not be opened and is tried again: { $why }
lan-open-says = Phones and laptops of your own network can then open this page, over an encrypted connection, and sign in with the passphrase and a code. Cameras and programs with a token can come in that way, too. Nobody outside of your network gets there.
lan-open = Open it
lan-shut = Shut it
lan-opened = It will be open to your network.
lan-closed = Shut. Whoever had signed in from your network is signed out.
lan-fingerprint = The fingerprint (SHA-256) of its certificate:
lan-fingerprint-hint = Your browser warns at the first visit, because nobody signs certificates for a machine at home. Look at the certificate there, and go on only if it shows this fingerprint.
lan-failures =
    { $times ->
        [one] Somebody tried to sign in from your network { $times } time and failed.
       *[other] Somebody tried to sign in from your network { $times } times and failed.
    }
lan-not-here = Opening, shutting and the second factor are decided on the machine itself.
lan-factor = The second factor
lan-factor-none = Besides the passphrase a code of six digits is asked for, which a program on your phone shows (Aegis, FreeOTP, Google Authenticator, a password manager). There is none yet.
lan-factor-there =
    { $left ->
        [one] There is one, set up { $when }. { $left } code on paper is left.
       *[other] There is one, set up { $when }. { $left } codes on paper are left.
    }
lan-new-factor = Set it up
lan-another-factor = Set up another one
lan-scan = Read this picture with the program on your phone.
lan-picture = The secret of the second factor, for a phone’s camera
lan-type = Or type this into it:
lan-first-code = The code that it shows now
lan-confirm = Take it into use
lan-confirmed = The second factor is in use. Whoever had signed in from your network with another one is signed out.
lan-paper = Codes for paper
lan-paper-says = Each of them works once in place of the phone. Print or write them down now: they are not shown again, and only their hashes are kept.
lan-forget-more = Remove it…
lan-forget-says = The page is then shut to your network, and whoever had signed in from there is signed out.
lan-forget = Remove the second factor
lan-forgotten = Removed. The page is shut to your network.
lan-code = Code
lan-code-hint = Six digits from the program on your phone, or a code from paper.
lan-wrong = Passphrase and code did not both fit. A code works once: wait for the next one. After many wrong codes only codes from paper are taken for a while.
lan-too-soon = Too many attempts. Try again in { $seconds } seconds.
lan-no-factor = There is no second factor yet, so nobody can sign in from here. Set it up on the machine itself: Settings, From your phone.
lan-compare = Compare the certificate of this page with the fingerprint that the machine itself shows, before you type anything here.
