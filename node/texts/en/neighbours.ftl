# The neighbours page, and the ways to begin, in English.

neighbours-welcome = Welcome home
neighbours-three-ways = This home is on no street yet. There are three ways to begin:
neighbours-invited = A neighbour has invited you
neighbours-your-ticket = Your ticket
neighbours-ticket-hint = It works once, and while the home of your neighbour is running. This can take a moment.
neighbours-photograph = Or a photograph of the ticket
neighbours-enter = Enter the street
neighbours-first = You are the first
neighbours-street-called = How is the street called?
neighbours-where = Where is it?
neighbours-cell-hint = A cell is a square of the map, about one kilometre wide with 6 characters; never an address.
neighbours-found = Found the street
neighbours-know-nobody = You know nobody yet
neighbours-knock-says = Knock: what shall the homes around read?
neighbours-knock-hint = For three days everybody around can read your household’s name, your cell and this line, neighbours or not. It lets you in nowhere: somebody who sees it may come by with a ticket.
neighbours-knock = Knock
neighbours-no-cell = To knock, a home must have a cell; this one was set up without. Ask a neighbour for a ticket.
neighbours-by-itself = This page changes by itself as soon as it is done.
neighbours-read-here = It is read on this machine.
neighbours-reading = Reading…
neighbours-read = Read. The ticket stands above.
neighbours-unread = No ticket was found in this picture. Come closer, hold it straight, and mind the light.
neighbours-ticket = A ticket for one household
neighbours-ticket-says = Give it to a household that you have met. Whoever has it gets in, once, while this home is running. It ends { $when }, and is not shown again.
neighbours-as-text = The same as text
neighbours-new = New
neighbours-muted = Muted here
neighbours-founded = Founded the street
neighbours-vouched-by = Vouched for by { $who }
neighbours-heard = last heard { $when }
neighbours-new-me = Until a second neighbour vouches, this home reads and posts, but cannot invite, vouch or vote.
neighbours-new-they = Until a second neighbour vouches, it reads and posts, but cannot invite, vouch or vote.
neighbours-votes =
    { $n ->
        [one] Removal asked for by { $n } neighbour.
       *[other] Removal asked for by { $n } neighbours.
    }
neighbours-met-them = I have met them…
neighbours-vouch-says = A vouch says that you met this household in person. Everybody on the street can see it, and it cannot be taken back.
neighbours-vouch = Vouch
neighbours-show-again = Show again
neighbours-mute = Mute here
neighbours-remove-more = Vote to remove…
neighbours-remove-says = When a quarter of the households agree, and two at the least, the street gets a new key that this household is not given. It keeps what it read before, and clips that were granted to it. Everybody can read the votes and reasons, also this household.
neighbours-remove = Vote to remove
neighbours-invite = Invite a household
neighbours-invite-says = Meet them first. The ticket works once and for a day; with it they can read what the street says from then on.
neighbours-make-ticket = Make a ticket
neighbours-door = At the door
neighbours-nobody-knocks = Nobody is knocking.
neighbours-knocks-hint = Names are their own word. Go and meet them before you give them a ticket.
neighbours-leave-says = Your home forgets the street, and the others get a new key. Clips and ledger stay. Do it while a neighbour is connected, or nobody learns of it.
neighbours-leave-more = Leave…
neighbours-leave = Leave the street
neighbours-around = around <span class="cell">{ $cell }</span>
neighbours-knocked = You stand at the door for three days. A neighbour who sees it can come by and give you a ticket.
neighbours-vouched = Vouched. Your neighbours can see that you have met them.
neighbours-vote-cast = Your vote is cast. The household is removed when enough neighbours say so.
neighbours-removed = Removed. The street speaks with a new key from now on.
neighbours-left = Left. This home has forgotten the street; your clips and ledger stay.
neighbours-muted-done = Muted: what this household says is not shown here. Nobody learns of it.
neighbours-unmuted = What this household says is shown again.
neighbours-the-name = The name of the street
neighbours-the-cell = The cell
neighbours-the-text = The text
neighbours-no-place = A cell has characters such as u33dc1.
neighbours-no-household = There is no such household.
neighbours-greeting = We would like to meet our street.
neighbours-vouches = Who vouched for whom
neighbours-vouches-says = A picture of what the list of neighbours says: who vouched for whom
neighbours-vouches-hint = An arrow leads to whom somebody vouched for. A dashed household waits for its second vouch.
