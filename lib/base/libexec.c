/* Programs beside this one. */
#include "base/libexec.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"

char *
libexec_path(const char *name)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *bin, *top, *path;

	if (n <= 0)
		return xstrdup(name);
	self[n] = '\0';
	bin = path_folder(self);
	top = path_folder(bin);
	path = xprintf("%s/libexec/mlv/%s", top, name);
	free(top);
	free(bin);
	return path;
}
