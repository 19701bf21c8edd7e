/* Fingerprints of files: the same until the file is another. */
#include <stdlib.h>
#include <unistd.h>

#include "../tap.h"
#include "base/file.h"
#include "deploy/fingerprint.h"

int
main(void)
{
	char folder[] = "/tmp/mlv-fingerprint.XXXXXX";
	struct fingerprint a, b;
	struct err e = ERR_INIT;

	if (mkdtemp(folder) == NULL || chdir(folder) < 0)
		return 1;
	ok(!fingerprint_of_file(&a, "file"), "a file that is not there has none");
	ok(file_replace(os_real(), "file", "one", 3, 0666, &e) == 0, "writes a file");
	ok(fingerprint_of_file(&a, "file"), "it has one");
	ok(fingerprint_of_file(&b, "file"), "and again");
	ok(fingerprint_same(&a, &b), "which is the same");
	ok(file_replace(os_real(), "file", "four", 4, 0666, &e) == 0, "replaces it");
	ok(fingerprint_of_file(&b, "file"), "it has one still");
	ok(!fingerprint_same(&a, &b), "which is another");
	ok(!fingerprint_of_name(&a, NULL, "model:?"), "what is no name has none");
	unlink("file");
	rmdir(folder);
	return tap_done();
}
