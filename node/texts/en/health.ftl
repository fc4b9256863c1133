# The health page, in English.

health-well = All is well.
health-needs =
    { $n ->
        [one] { $n } thing needs you.
       *[other] { $n } things need you.
    }
health-ok = ok
health-look = look
health-none = None yet.
health-addresses = Addresses of this home
health-addresses-hint = A neighbour’s home connects here. They are given away with every ticket.
health-street = Street
health-no-street = This home is on no street yet.
health-begin = Found a street, enter one with a ticket, or knock: all three stand on the street page.
health-on = On { $streets }.
health-connections = Connections
health-no-neighbours = No neighbours yet. That is how it begins.
health-nobody-here = What you say waits here until one comes. If that lasts for hours, look whether this machine is on the network, and whether a firewall keeps it in.
health-catching-up = Catching up
health-caught-up = Nothing was missed: compared with a neighbour
health-not-compared = Not compared with a neighbour since this node was started. It happens by itself when one is connected.
health-reach = Reach
health-nowhere = The node listens nowhere.
health-start-again = Start the node again. If it stays so, another program may hold its port.
health-this-machine = Homes on this very machine only.
health-reach-ip6 = Homes on your local network, and homes that have this home’s IPv6 address if your router lets them through.
health-reach-lan = Homes on your local network. Homes behind another router cannot come here by themselves; two such homes do not find each other yet.
health-clock = Clock
health-clock-wrong = This home’s clock is { $skew } its neighbours’ clocks.
health-set-clock = Set it. A network time service does so by itself; neighbours refuse alerts with a wrong time.
health-clock-same = The same as your neighbours’.
health-clock-alone = No neighbour was heard yet that could disagree.
health-storage = Storage
health-kept = Nothing goes by itself.
health-kept-bytes = The oldest go beyond { $size }.
health-stored = { $size } of clips are here. { $kept }
health-stored-free = { $size } of clips are here. { $kept } { $free } are free.
health-make-room = Make room, or let older clips go in the settings: soon no more clips can be kept.
health-ballast = Ballast
health-ballast-laid = 32 MB are set aside, and thrown off if the disk is full, so that alerts still come and go.
health-ballast-gone = The room that was set aside for a full disk is used up, or there was never enough for it.
health-ballast-room = Make room on the disk. It is laid again by itself.
health-cameras = Cameras
health-cameras-more = The terminal says more: streetlamp camera list
health-sheet = Recovery sheet
health-on-paper = On paper, as you said.
health-not-on-paper = It still lies in a file, or you have not said that it is on paper.
health-print = Print it, move it off this machine, and say so in the settings.
health-kept-days =
    { $days ->
        [one] They go after { $days } day.
       *[other] They go after { $days } days.
    }
health-kept-both =
    { $days ->
        [one] They go after { $days } day, the oldest sooner beyond { $size }.
       *[other] They go after { $days } days, the oldest sooner beyond { $size }.
    }
health-cameras-well =
    { $n ->
        [one] { $n } camera, and nothing is wrong.
       *[other] { $n } cameras, and nothing is wrong.
    }
health-cameras-wrong =
    { $n ->
        [one] { $failing } of { $n } camera with trouble.
       *[other] { $failing } of { $n } cameras with trouble.
    }
