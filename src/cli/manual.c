/* SPDX-License-Identifier: Apache-2.0 */
/* manual.c - what rekey help COMMAND says below the usage, where one sentence is not enough. */
#include "cli/cli.h"
#include <string.h>

static const char backup[] =
	"Of a SQLite database; PostgreSQL's are copied by its own programs, or by rekey copy.\n"
	"Servers may go on writing. The copy holds every change that was answered before it\n"
	"began. It is written beside FILE as FILE.part-XXXXXXXX, read back, and gets its\n"
	"name when it is on the disk; FILE must not be there before. An interrupted backup\n"
	"leaves no FILE: what it may leave, after a kill -9, is the part, which can be\n"
	"removed. While it runs, the log of the database (-wal) grows by what is written\n"
	"meanwhile.\n"
	"\n"
	"The key file (server.key_file) is not in it. Whoever has both can make the links\n"
	"and the sessions that live, so keep a copy of it in another place. Without it a\n"
	"server makes a new one: what is mailed a second time then has a link that does not\n"
	"work, no session can be refreshed, and rekey key rotate has to make a new key to sign\n"
	"access tokens with.\n"
	"\n"
	"To bring a backup back: stop the server, remove rekey.db-wal and rekey.db-shm,\n"
	"copy FILE over rekey.db and the key file beside it, for the user of the service\n"
	"and with mode 0600, and start.\n"
	"\n"
	"    rekey backup /var/backups/rekey/$(date +%F).db\n"
	"    rekey backup /mnt/backups/now.db --json\n"
	"\n"
	"--json gives file, bytes, apps, accounts and key_file.\n";

static const char doctor[] =
	"One line for each thing that was looked at: ok, warn or FAIL, and what to do. It\n"
	"ends with status 1 if there was a FAIL. It makes nothing and changes nothing,\n"
	"sends no mail, needs no running server and disturbs none. Run it as the user of\n"
	"the service, with its configuration:\n"
	"\n"
	"    runuser -u rekey -- rekey doctor\n"
	"    rekey doctor --config /etc/rekey/rekey.conf --json\n"
	"\n"
	"    configuration  it is understood; else the file, the line and what would be right\n"
	"    public url     set, https, without user or path; its host is known (warn)\n"
	"    key file       there, a key, of the database's owner, and nobody else may read it\n"
	"    database       there, opens, its schema is this program's, every page is whole (so\n"
	"                   it takes a while for a large one), and it can be written\n"
	"    signing key    the key file opens it\n"
	"    disk           at least 16 MiB free (warn: the database's size and 64 MiB)\n"
	"    clock          synchronised (warn), not behind the newest row of the audit trail\n"
	"    hash           at least OWASP's minimum (warn); hashes a second; whether memory is\n"
	"                   kept from hash to hash, which about halves the time (warn)\n"
	"    mail           the server is reached, its certificate is good, the log-in is taken\n"
	"    outbox         no mail has waited for more than 10 minutes, none is dead (warn)\n"
	"    open files     4160, for 4096 connections (warn)\n"
	"\n"
	"--json gives a list of check, state (ok, warn, FAIL), what and advice.\n";

static const char calibrate[] =
	"Hashes on every core at once, as a busy server does, with ever more memory, and\n"
	"prints the dearest cost that stays within the target, as lines for the\n"
	"configuration. Progress goes to standard error. It needs no database and no\n"
	"configuration, and never goes below OWASP's minimum, 19456 KiB and 2 passes. At\n"
	"most a quarter of the machine's memory is used; from there on the passes grow.\n"
	"\n"
	"--target-ms N is how long one hash may take when all cores are busy: 10 to 5000,\n"
	"and 100 if not given. OWASP asks for less than a second. A person does not notice\n"
	"100 ms, and it leaves 10 log-ins a second for each core; 250 would leave 4, and a\n"
	"flood of wrong passwords would keep everyone else waiting the sooner.\n"
	"\n"
	"    rekey calibrate\n"
	"    rekey calibrate --target-ms 250 | tee -a /etc/rekey/rekey.conf\n"
	"\n"
	"--json gives hash.memory_kib, hash.passes, target_ms, milliseconds,\n"
	"hashes_per_second, threads and memory_mib (of all threads together).\n";

static const char copy[] =
	"Reads every table of the one database, writes it to the other (which is made if it\n"
	"is not there), then reads both again and prints for each table how many rows it has\n"
	"and a digest of them all, which is the same in either engine. Stop the servers of the\n"
	"first before: what is changed meanwhile is found, and the status is 1 then.\n"
	"\n"
	"A copy that was interrupted is begun again by the same words; rows that are there are\n"
	"passed over. The other database should have nothing else in it. The key file\n"
	"(server.key_file) is not in it: take it along. A password belongs in ~/.pgpass and not\n"
	"on the command line. See docs/scaling.md.\n"
	"\n"
	"    rekey copy --from sqlite:/var/lib/rekey/rekey.db --to postgresql://rekey@db/rekey\n"
	"    rekey copy --from postgresql://rekey@db/rekey --to sqlite:copy.db --json\n"
	"\n"
	"--json gives a list of table, rows, digest and equal.\n";

static const char app_set[] =
	"Changes all of what is given, or nothing, and shows the app as it is then.\n"
	"\n"
	"A list (dialects, hosts, aliases, origins) is given whole, with commas between; none\n"
	"behind the = is an empty one. With + or - before the = the list keeps the rest and\n"
	"gets those more, or loses them. Up to 16 in each.\n"
	"\n"
	"client_key=new makes a key and shows it, this once. The former one stays good beside\n"
	"it, until client_key=retire ends that: so clients can be changed one after the other.\n"
	"A third is refused. master_key is changed in the same way.\n"
	"\n"
	"    rekey app set shop public_url=https://id.shop.example sender='The Shop'\n"
	"    rekey app set shop hosts=id.shop.example,login.shop.example dialects+=backtory\n"
	"    rekey app set shop origins+=https://shop.example origins-=http://localhost:3000\n"
	"    rekey app set shop sign_up=closed password_min_length=15\n"
	"    rekey app set shop client_key=new --json\n"
	"    rekey app set shop client_key=retire\n"
	"\n"
	"See docs/apps.md.\n";

static const char app_remove[] =
	"Its accounts go with it, and their sessions, links and mails, its names, messages and\n"
	"mail templates. It cannot be undone: rekey app disable lets nobody in and keeps all.\n"
	"The audit trail keeps the events, without persons and networks. While many accounts\n"
	"are removed, those of other apps wait.\n"
	"\n"
	"    rekey app remove old-shop\n"
	"    rekey app remove old-shop --yes\n";

static const char key_rotate[] =
	"Servers that run use the new key for the next token, without a restart. Tokens of the\n"
	"old one are good until they expire (tokens.access_minutes), and its private half is\n"
	"erased at once. Programs that check tokens by themselves find both public keys at\n"
	"/.well-known/jwks.json, which they may keep for 5 minutes.\n"
	"\n"
	"Rotate when the key file or a copy of the database may have been seen by others, and\n"
	"as often as your rules want it. A key that was sealed by a key file that is lost is\n"
	"replaced in this way too.\n"
	"\n"
	"    rekey key rotate\n"
	"    rekey key rotate --json\n"
	"\n"
	"--json gives kid, created_at and old_verify_until.\n";

static const char key_list[] =
	"One line for each key, the one that signs first: its name (kid), whether it signs, when\n"
	"it was made, when it was retired, and until when it verifies. Keys that verify no\n"
	"longer go with the next housekeeping. Nothing here is a secret.\n"
	"\n"
	"    rekey key list\n"
	"    rekey key list --json\n"
	"\n"
	"--json gives a list of kid, signs, created_at, retired_at and verifies_until; times that\n"
	"are not yet are left out.\n";

static const struct {
	const char *command, *text;
} manuals[] = {
	{ "app set", app_set },       { "app remove", app_remove }, { "backup", backup },
	{ "doctor", doctor },         { "calibrate", calibrate },   { "copy", copy },
	{ "key rotate", key_rotate }, { "key list", key_list },
};

const char *cli_manual(const char *command_name)
{
	FOREACH(manual, manuals) {
		if (strcmp(manual->command, command_name) == 0)
			return manual->text;
	}
	return NULL;
}
