
-- One row per street of this household.
create table street (
  -- Id of the founding statement.
  id        blob primary key check (length(id) = 32),
  founding  blob not null,
  -- Who vouched for us; null for the founder.
  inviter   blob check (length(inviter) = 32),
  joined_ms integer not null
) strict;

-- One row per epoch whose key is still needed.
create table epoch (
  -- Id of the notice.
  id       blob primary key check (length(id) = 32),
  street   blob not null check (length(street) = 32),
  notice   blob not null,
  key      blob not null check (length(key) = 32),
  since_ms integer not null
) strict;

-- One row per household of a street: card, certificates, vouches.
create table member (
  street    blob not null check (length(street) = 32),
  household blob not null check (length(household) = 32),
  record    blob not null,
  primary key (street, household)
) strict;

-- At most one row: this household's card and devices, once its root certified more than set-up left.
create table own (
  household blob primary key check (length(household) = 32),
  record    blob not null
) strict;

-- One row per household that said that it leaves.
create table leaving (
  street    blob not null check (length(street) = 32),
  household blob not null check (length(household) = 32),
  signed    blob not null,
  primary key (street, household)
) strict;

-- One row per vote for the removal of a household: the newest of each voter.
create table vote (
  street    blob not null check (length(street) = 32),
  household blob not null check (length(household) = 32),
  voter     blob not null check (length(voter) = 32),
  signed    blob not null,
  primary key (street, household, voter)
) strict;

-- One row per street that a household knows, by the name that it gave it: the newest.
create table link (
  street    blob not null check (length(street) = 32),
  household blob not null check (length(household) = 32),
  name      text not null,
  id        blob not null unique check (length(id) = 32),
  signed    blob not null,
  primary key (street, household, name)
) strict;

-- One row per household that left or was voted out and was not vouched for again.
create table gone (
  street    blob not null check (length(street) = 32),
  household blob not null check (length(household) = 32),
  at_ms     integer not null,
  primary key (street, household)
) strict;

-- One row per household that this one does not want to hear of.
create table muted (
  household blob primary key check (length(household) = 32)
) strict;

-- One row per alert that is not over, our own included. It is also the table of what was seen.
create table alert (
  -- Hash of what was signed.
  id          blob primary key check (length(id) = 32),
  street      blob not null check (length(street) = 32),
  author      blob not null check (length(author) = 32),
  received_ms integer not null,
  expires_ms  integer not null,
  signed      blob not null
) strict;

-- One row per thing that was said about an alert that is not over, also about one that has not come yet.
create table follow_up (
  id         blob primary key check (length(id) = 32),
  street     blob not null check (length(street) = 32),
  author     blob not null check (length(author) = 32),
  expires_ms integer not null,
  signed     blob not null
) strict;

-- One row per statement of ours in the open: the work that was done for it.
create table stamp (
  statement blob primary key check (length(statement) = 32),
  stamp     blob not null
) strict;

-- At most one row: this household's own knock. Knocks of others are never written down.
create table knock (
  id     blob primary key check (length(id) = 32),
  signed blob not null
) strict;

-- One row per publisher in the directory.
create table publisher (
  -- The first key that it had.
  id            blob primary key check (length(id) = 32),
  -- Its newest word about itself.
  binding       blob not null,
  first_seen_ms integer not null,
  -- Whether the resident takes it for what it says it is.
  pinned        integer not null check (pinned in (0, 1)),
  -- Whether a key that it gave up named two others.
  contested     integer not null check (contested in (0, 1)),
  -- When its domain last listed its key, and whether behind a certificate.
  confirmed_ms  integer,
  by_https      integer check (by_https in (0, 1)),
  -- When the domain last did not.
  denied_ms     integer,
  asked_ms      integer,
  -- How often the domain gave no answer since it last gave one.
  silent        integer not null check (silent >= 0)
) strict;

-- One row per bulletin that is not over.
create table bulletin (
  id          blob primary key check (length(id) = 32),
  publisher   blob not null check (length(publisher) = 32),
  received_ms integer not null,
  expires_ms  integer not null,
  -- As it travels, with the second key's word.
  announced   blob not null
) strict;

-- One row per publisher or kind of bulletin that the resident does not want to hear of.
create table hushed (
  what text not null check (what in ('publisher', 'kind')),
  -- The publisher's id, or the kind's word.
  name text not null,
  primary key (what, name)
) strict;

-- One row per ticket that can still be used.
create table ticket (
  id         blob primary key check (length(id) = 16),
  -- Checks a proof; cannot be turned into the ticket.
  key        blob not null check (length(key) = 32),
  street     blob not null check (length(street) = 32),
  expires_ms integer not null
) strict;

-- One row per clip of this household.
create table clip (
  -- BLAKE3 of the sealed bytes, which lie in clips/<id>.sealed.
  id       blob primary key check (length(id) = 32),
  manifest blob not null,
  -- age header for the household's reading and recovery keys. Destroying it destroys the clip.
  header   blob not null,
  camera   text not null,
  pinned   integer not null default 0 check (pinned in (0, 1))
) strict;

-- One row per grant that this household gave.
create table given (
  id         blob primary key check (length(id) = 32),
  parcel     blob not null,
  -- Whether the recipient's home has the parcel.
  delivered  integer not null default 0 check (delivered in (0, 1)),
  fetched_ms integer,
  -- The keeper who says so; null if this home served it.
  fetched_from blob check (length(fetched_from) = 32),
  stopped_ms integer
) strict;

-- One row per grant that this household received.
create table received (
  id          blob primary key check (length(id) = 32),
  parcel      blob not null,
  received_ms integer not null
) strict;

-- One row per granted clip whose sealed bytes are here.
create table arrived (
  clip blob primary key check (length(clip) = 32)
) strict;

-- One row per clip of another device of this household whose sealed bytes are here, with its label.
create table copied (
  clip     blob primary key check (length(clip) = 32),
  device   blob not null check (length(device) = 32),
  manifest blob not null,
  header   blob not null,
  camera   text not null
) strict;

-- One row per clip that was deleted while its files may still be there.
create table shredding (
  clip blob primary key check (length(clip) = 32)
) strict;

-- One row per entry of the ledger, with the signed head that closes the chain after it.
create table ledger (
  seq   integer primary key check (seq > 0),
  entry blob not null,
  head  blob not null
) strict;

-- One row per lease of room with a neighbour: its signed promise to keep (side 0), or ours (side 1).
create table lease (
  side       integer not null check (side in (0, 1)),
  household  blob not null check (length(household) = 32),
  signed     blob not null,
  -- When a keeper of ours was last asked for proof, and what came of it.
  checked_ms integer,
  finding    text check (finding in ('proven', 'lost', 'lied')),
  -- When the owner let go of a lease that we gave, and which of its devices said so; no device if it left the street.
  let_go_ms  integer,
  let_go_by  blob check (length(let_go_by) = 32),
  primary key (side, household)
) strict;

-- One row per neighbour that is still to be told that a lease was ended, until it would have been over anyway.
create table lease_ending (
  household blob primary key check (length(household) = 32),
  until_ms  integer not null
) strict;

-- One row per clip of ours that a keeper holds.
create table held (
  keeper blob not null check (length(keeper) = 32),
  clip   blob not null check (length(clip) = 32),
  primary key (keeper, clip)
) strict;

-- One row per clip that is kept for a neighbour, in kept/<owner>/<clip>.sealed. It opens nothing and names no camera.
create table kept (
  owner      blob not null check (length(owner) = 32),
  clip       blob not null check (length(clip) = 32),
  sealed_len integer not null check (sealed_len > 0),
  -- Whether all of it is on this disk.
  here       integer not null default 0 check (here in (0, 1)),
  -- When the owner let go of it, and which of its devices said so.
  let_go_ms  integer,
  let_go_by  blob check (length(let_go_by) = 32),
  primary key (owner, clip)
) strict;

-- One row per ticket under which a neighbour's clip was fetched here, until the neighbour knows.
create table served (
  owner  blob not null check (length(owner) = 32),
  ticket blob not null check (length(ticket) = 32),
  at_ms  integer not null,
  primary key (owner, ticket)
) strict;

-- One row per piece of a neighbour's ledger, as far as a keeper may see it, with the signed head after it.
create table pinned (
  owner   blob not null check (length(owner) = 32),
  entries blob not null,
  head    blob not null
) strict;

-- One row per household that closed two ledgers: the proof.
create table fork (
  household blob primary key check (length(household) = 32),
  proof     blob not null
) strict;

-- One row per other device of this household: the signed end of its ledger, as it was last shown.
create table ledger_seen (
  device blob primary key check (length(device) = 32),
  head   blob not null
) strict;

-- One row per device of a member: where it says that it can be reached, the newest word.
create table whereabouts (
  street blob not null check (length(street) = 32),
  device blob not null check (length(device) = 32),
  signed blob not null,
  primary key (street, device)
) strict;

-- One row per device of a member: where it was reached, or is by the word of whoever let us in.
create table address (
  device    blob primary key check (length(device) = 32),
  addresses blob not null
) strict;

-- One row per camera that this home takes films from.
create table camera (
  name     text primary key,
  -- What was said about it, as an age file to this device's sealing key: addresses and passwords are in it.
  settings blob not null,
  -- BLAKE3 of the token that recorders show; null if there is none.
  token    blob check (length(token) = 32)
) strict;

-- One row per film of a watched folder or a recorder that was taken, passed over or refused, and still lies there.
create table camera_file (
  camera      text not null,
  -- Its path within the folder, as the system writes it; or what the recorder calls it.
  file        blob not null,
  size        integer not null,
  modified_ns integer not null,
  stage       text not null check (stage in ('going', 'taken', 'passed', 'refused')),
  -- Clips of it that are in for sure.
  parts       integer not null check (parts >= 0),
  -- While it is going: the clip after those, which may be in or not.
  clip        blob check (length(clip) = 32),
  -- Why it was refused.
  why         text,
  primary key (camera, file)
) strict;

-- One row per service of the house that this home speaks to.
create table said (
  name   text primary key,
  -- What was said about it, as an age file to this device's sealing key: addresses and passwords are in it.
  sealed blob not null
) strict;

-- One row per alert or bulletin that was told over an outlet of notifications, while it is held.
create table told (
  outlet    text not null,
  statement blob not null check (length(statement) = 32),
  -- Whether its retraction was told, too.
  retracted integer not null check (retracted in (0, 1)),
  primary key (outlet, statement)
) strict;

-- One row per program that may use the API.
create table program (
  name    text primary key,
  -- BLAKE3 of its token.
  token   blob not null unique check (length(token) = 32),
  -- What it may do: words of scopes, with spaces between.
  scopes  text not null,
  -- When it was let in.
  made_ms integer not null
) strict;

-- Small things that the node remembers about itself, such as its ports.
create table setting (
  name  text primary key,
  value text not null
) strict;
