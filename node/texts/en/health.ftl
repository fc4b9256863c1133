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
health-reach-open =
    { $guests ->
        [0] Reached from everywhere, at { $at }.
        [one] Reached from everywhere, at { $at }. { $guests } home of the street is reached through it.
       *[other] Reached from everywhere, at { $at }. { $guests } homes of the street are reached through it.
    }
health-reach-through = The router lets nobody in, so neighbours come through another home of the street, which sees who meets whom and nothing else.
health-reach-unneeded = Nobody needed to reach this home from outside so far.
health-reach-nobody = Nobody reaches this home from outside, and no neighbour who is reached passes anything on: { $missing } of { $known } are missing.
health-help = One home that opens a port helps the whole street.
health-help-elsewhere = The router here is behind another one, of the carrier: a port opened in it leads nowhere, so another home has to, or ask the carrier for an address of your own.
health-help-port = In the router, let TCP and UDP port { $port } through to { $ip } port { $port }, then start this home again.
health-help-port-ip6 = Or let TCP and UDP port { $port } through to { $ip } in the router’s firewall for IPv6.
health-help-ip6 = Or turn on IPv6 in the router, if the provider has it, and start again.
health-help-rescue = Neighbours who only moved, and are reached, are found by the rescue: start with “run --rescue” at both ends.
health-help-udp = The rescue is on, but the BitTorrent DHT does not answer: does this network let UDP out?
health-ways = Ways to this home
health-rung-lan = Same network
health-rung-port = Router’s port
health-rung-probing = Tried from outside
health-rung-circuits = Through a neighbour
health-rung-punching = Both at once
health-rung-relaying = Passing on for others
health-rung-rescue = Rescue
health-rung-off = off
health-rung-looking = neighbours are looked for by mDNS
health-port-asking = the router is asked for a port
health-port-open = the router opened a port
health-port-none = no router here opens ports by itself
health-port-behind = the router is behind another one
health-rung-untried = nobody reached it from outside yet
health-rung-reached = reached at { $at }
health-rung-unneeded = not needed
health-rung-places =
    { $n ->
        [0] no neighbour holds a place
        [one] a place at { $n } neighbour’s home
       *[other] places at { $n } neighbours’ homes
    }
health-rung-ways = direct ways found: { $found }, attempts in vain: { $vain }
health-rung-guests =
    { $n ->
        [0] nobody needs it now
        [one] for { $n } home
       *[other] for { $n } homes
    }
health-rescue-idle = nobody is missed
health-rescue-left = word of this home is left in the BitTorrent DHT
health-rescue-silent = the BitTorrent DHT does not answer
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
