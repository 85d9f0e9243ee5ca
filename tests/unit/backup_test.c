/* SPDX-License-Identifier: Apache-2.0 */
/* backup_test.c - a copy that is whole or not there, and a file that is whole or not there. */
#include "account/backup.h"
#include "base/new_file.h"
#include "house.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANN SECRET("correct horse")

static enum err back_up(struct house *house, struct str file, struct backup_made *ret_made)
{
	const struct backup_request request = { file };
	struct ctx ctx = house_operator(house);
	struct backup backup;

	TRY(operation_run(&ctx, &backup_begin_op, &request, &backup));
	ctx = house_operator(house);
	return operation_run(&ctx, &backup_finish_op, &backup, ret_made);
}

/* Files of a scratch folder whose name begins so. */
static size_t count_files(const struct scratch *scratch, const char *prefix)
{
	DIR *dir = opendir(scratch->dir);
	size_t n = 0;

	for (struct dirent *entry; dir && (entry = readdir(dir));)
		n += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	if (dir)
		closedir(dir);
	return n;
}

static struct str in(struct house *house, const char *name)
{
	return str(scratch_path(&house->scratch, house->t->arena, name));
}

static const char *audits(struct house *house)
{
	return house_sql(house,
	                 "SELECT coalesce(group_concat(event || ' ' || outcome, '; '), '')"
	                 " FROM (SELECT * FROM audit WHERE event LIKE 'backup%' ORDER BY id)")
	        .ptr;
}

SQLITE_TEST(a_backup_is_a_private_file_that_opens_with_everything_in_it)
{
	struct house house;
	struct backup_made made;
	struct stat status;

	house_open(&house, t, NULL);
	house_add(&house, "ann@example.org", "ann", "correct horse");
	CHECK("made", back_up(&house, in(&house, "copy.db"), &made) == OK);
	CHECK("counted", made.apps == 1 && made.accounts == 1);
	CHECK("its mode", stat(in(&house, "copy.db").ptr, &status) == 0 &&
	                          (status.st_mode & 07777) == 0600 && status.st_size == made.bytes);
	CHECK("nothing beside it", count_files(&house.scratch, "copy.db") == 1);
	CHECK("audited", strcmp(audits(&house), "backup_begin begun; backup_finish done") == 0);

	store_close(house.service.store);
	CHECK("restored", rename(in(&house, "copy.db").ptr, in(&house, "rekey.db").ptr) == 0);
	CHECK("opens", store_open(house.url.ptr, NULL, &house.service.store) == OK);
	CHECK("works", house_opens(&house, "ann@example.org", ANN));
	CHECK("has its own beginning", strcmp(audits(&house), "backup_begin begun") == 0);
	house_close(&house);
}

SQLITE_TEST(a_backup_takes_no_place_and_leaves_nothing_where_it_cannot_be)
{
	static const struct {
		const char *name, *file;
		enum err want;
	} cases[] = {
		{ "a file of this name", "taken", ERR_CONFLICT },
		{ "a folder of this name", "folder", ERR_CONFLICT },
		{ "the database itself", "rekey.db", ERR_CONFLICT },
		{ "a dangling link", "link", ERR_CONFLICT },
		{ "no such folder", "nowhere/copy.db", ERR_CONFIG },
		{ "a question mark", "copy?.db", ERR_CONFIG },
	};
	struct house house;
	struct backup_made made;
	struct str empty = STR("");

	house_open(&house, t, NULL);
	scratch_file(&house.scratch, t->arena, "taken", "precious", 0600);
	CHECK("folder", mkdir(in(&house, "folder").ptr, 0700) == 0);
	CHECK("link", symlink("nothing", in(&house, "link").ptr) == 0);
	size_t before = count_files(&house.scratch, "");
	FOREACH(c, cases) {
		struct kept_stderr kept = stderr_keep();
		enum err err = back_up(&house, in(&house, c->file), &made);
		struct str said = stderr_kept(&kept, t->arena);
		CHECK(c->name, err == c->want && (said.len > 0) == (err == ERR_CONFIG));
		CHECK(c->name, count_files(&house.scratch, "") == before);
	}
	struct kept_stderr kept = stderr_keep();
	CHECK("no name", back_up(&house, empty, &made) == ERR_CONFIG);
	stderr_kept(&kept, t->arena);
	CHECK("not begun", strcmp(audits(&house), "") == 0);
	rmdir(in(&house, "folder").ptr);
	house_close(&house);
}

TEST(a_backup_is_the_operators_alone)
{
	const struct backup_request request = { STR("copy.db") };
	struct house house;
	struct backup backup;

	house_open(&house, t, NULL);
	struct ctx ctx = house_client(&house);
	CHECK("client",
	      operation_run(&ctx, &backup_begin_op, &request, &backup) == ERR_NOT_ALLOWED);
	ctx = house_server(&house);
	CHECK("server",
	      operation_run(&ctx, &backup_begin_op, &request, &backup) == ERR_NOT_ALLOWED);
	house_close(&house);
}

SQLITE_TEST(a_backup_that_fails_at_any_call_leaves_nothing)
{
	struct house house;
	struct backup_made made;
	unsigned n = 0;
	enum err err = ERR_STORE;

	house_open(&house, t, driver_faulty());
	house_add(&house, "ann@example.org", "ann", "correct horse");
	for (n = 1; err != OK && n < 100; n++) {
		struct kept_stderr kept = stderr_keep();
		faulty_arm(n, ERR_STORE, FAULTY_ON);
		err = back_up(&house, in(&house, "copy.db"), &made);
		faulty_heal();
		stderr_kept(&kept, t->arena);
		CHECK("one or nothing", count_files(&house.scratch, "copy.db") == (err == OK));
	}
	CHECK("several calls were tried", err == OK && n > 8);
	house_close(&house);
}

SQLITE_TEST(a_copy_without_the_last_audit_row_is_no_backup)
{
	const struct backup_request request = { STR("copy.db") };
	struct house house;
	struct backup_made made = { 0 };
	struct backup backup;

	house_open(&house, t, NULL);
	struct ctx ctx = house_operator(&house);
	struct backup_request here = { in(&house, "copy.db") };
	CHECK("begun", operation_run(&ctx, &backup_begin_op, &here, &backup) == OK);
	backup.audit_id++;
	struct kept_stderr kept = stderr_keep();
	CHECK("refused", operation_run(&ctx, &backup_finish_op, &backup, &made) == ERR_STORE);
	stderr_kept(&kept, t->arena);
	CHECK("nothing", count_files(&house.scratch, request.file.ptr) == 0 && made.bytes == 0);
	CHECK("audited",
	      strcmp(audits(&house), "backup_begin begun; backup_finish no copy was made") == 0);
	house_close(&house);
}

SQLITE_TEST(a_new_file_takes_nobodys_place_even_at_the_last_moment)
{
	struct scratch scratch;
	struct str part;
	int64_t bytes = 0;

	scratch_make(&scratch);
	struct str path = str(scratch_path(&scratch, t->arena, "file"));
	CHECK("begun", new_file_begin(t->arena, path, &part) == OK);
	CHECK("another name", str_starts(part, path.ptr) && part.len > path.len);
	scratch_file(&scratch, t->arena, "file", "precious", 0600);
	CHECK("taken",
	      new_file_finish(t->arena, part.ptr, path.ptr, &bytes) == ERR_CONFLICT && bytes == 0);
	CHECK("removed", unlink(path.ptr) == 0);
	CHECK("free", new_file_finish(t->arena, part.ptr, path.ptr, &bytes) == OK);
	CHECK("under its own name", count_files(&scratch, "file") == 1);
	scratch_remove(&scratch);
}

SQLITE_TEST(an_abandoned_file_leaves_nothing_of_what_sqlite_put_beside_it)
{
	struct scratch scratch;

	scratch_make(&scratch);
	scratch_file(&scratch, t->arena, "file.part", "", 0600);
	scratch_file(&scratch, t->arena, "file.part-journal", "", 0600);
	scratch_file(&scratch, t->arena, "file.part-wal", "", 0600);
	scratch_file(&scratch, t->arena, "file.part-shm", "", 0600);
	scratch_file(&scratch, t->arena, "file.other", "", 0600);
	new_file_abandon(scratch_path(&scratch, t->arena, "file.part"));
	CHECK("the other stays", count_files(&scratch, "file") == 1);
	scratch_remove(&scratch);
}
