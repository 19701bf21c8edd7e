/* Landlock and seccomp, spoken to the kernel directly. */
#define _GNU_SOURCE
#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- a user ---- */

int
confine_user(const char *name, struct err *e)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(name);
	if (pw == NULL)
		return err_set(e, ERR_NOENT, "there is no user '%s'", name);
	if (geteuid() != 0)
		return err_set(e, ERR_USAGE, "only the superuser can become "
		    "'%s'", name);
	if (initgroups(name, pw->pw_gid) < 0 || setgid(pw->pw_gid) < 0 ||
	    setuid(pw->pw_uid) < 0)
		return err_sys(e, "cannot become '%s'", name);
	if (pw->pw_uid != 0 && setuid(0) == 0)
		return err_set(e, ERR_IO, "the rights of the superuser did not "
		    "go");
	return 0;
}

/* ---- Landlock: the header of an old system does not have all of this ---- */

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_add_rule 445
#define __NR_landlock_restrict_self 446
#endif

enum {
	FS_EXECUTE = 1 << 0, FS_WRITE_FILE = 1 << 1, FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5, FS_MAKE_CHAR = 1 << 6, FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8, FS_MAKE_SOCK = 1 << 9, FS_MAKE_FIFO = 1 << 10,
	FS_MAKE_BLOCK = 1 << 11, FS_MAKE_SYM = 1 << 12, FS_REFER = 1 << 13,
	FS_TRUNCATE = 1 << 14,
	NET_BIND_TCP = 1 << 0, NET_CONNECT_TCP = 1 << 1
};

struct ruleset {
	uint64_t fs, net;
};

struct rule_beneath {
	uint64_t allowed;
	int32_t folder;
} __attribute__((packed));

/* What the kernel of that version can forbid, of what we do not need. */
static struct ruleset
ruleset_of(int version, const struct confine_opts *o)
{
	struct ruleset r = { .fs = FS_WRITE_FILE | FS_REMOVE_DIR |
	    FS_REMOVE_FILE | FS_MAKE_CHAR | FS_MAKE_DIR | FS_MAKE_REG |
	    FS_MAKE_SOCK | FS_MAKE_FIFO | FS_MAKE_BLOCK | FS_MAKE_SYM };

	if (version >= 2)
		r.fs |= FS_REFER;
	if (version >= 3)
		r.fs |= FS_TRUNCATE;
	if (!o->programs)
		r.fs |= FS_EXECUTE;
	if (!o->connects && version >= 4)
		r.net = NET_BIND_TCP | NET_CONNECT_TCP;
	return r;
}

/* `kind`: O_DIRECTORY for all that is below it, 0 for a file alone. */
static int
allow_path(int ruleset, const char *path, int kind, uint64_t allowed)
{
	struct rule_beneath rule = { .allowed = allowed };
	long r;

	rule.folder = open(path, O_PATH | O_CLOEXEC | kind);
	if (rule.folder < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	r = syscall(__NR_landlock_add_rule, ruleset, 1, &rule, 0);
	close(rule.folder);
	return r < 0 ? -1 : 0;
}

static int
use_landlock(struct confined *out, const struct confine_opts *o,
    struct err *e)
{
	long version = syscall(__NR_landlock_create_ruleset, NULL, 0, 1);
	struct ruleset r;
	int fd, bad = 0;

	if (version <= 0)		/* none, or turned off */
		return 0;
	r = ruleset_of((int)version, o);
	fd = (int)syscall(__NR_landlock_create_ruleset, &r, version >= 4 ?
	    sizeof(r) : sizeof(r.fs), 0);
	if (fd < 0)
		return err_sys(e, "cannot use Landlock");
	for (size_t i = 0; i < o->n && bad == 0; i++)
		bad = allow_path(fd, o->writable[i], O_DIRECTORY, r.fs &
		    ~(uint64_t)FS_EXECUTE);
	/* the null device, for programs and whatever opens it */
	if (bad == 0)
		bad = allow_path(fd, "/dev/null", 0, FS_WRITE_FILE);
	if (bad < 0 || syscall(__NR_landlock_restrict_self, fd, 0) < 0)
		bad = err_sys(e, "cannot use Landlock");
	close(fd);
	out->landlock = bad < 0 ? 0 : (int)version;
	return bad;
}

/* ---- seccomp ---- */

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#undef ARCHITECTURE		/* a sanitizer traces its own process */
#endif

#ifdef ARCHITECTURE

/* No server makes these, but who broke into one does; EPERM. */
static const int forbidden[] = {
	__NR_ptrace, __NR_process_vm_readv, __NR_process_vm_writev,
	__NR_mount, __NR_umount2, __NR_pivot_root, __NR_chroot,
	__NR_init_module, __NR_finit_module, __NR_delete_module,
	__NR_kexec_load, __NR_bpf, __NR_perf_event_open, __NR_keyctl,
	__NR_add_key, __NR_request_key, __NR_userfaultfd, __NR_unshare,
	__NR_setns, __NR_open_by_handle_at, __NR_name_to_handle_at,
	__NR_reboot, __NR_swapon, __NR_swapoff, __NR_sethostname,
	__NR_setdomainname, __NR_acct, __NR_quotactl, __NR_personality,
	__NR_settimeofday, __NR_clock_settime, __NR_adjtimex,
	425 /* io_uring_setup */, 426, 427,
#ifdef __x86_64__
	__NR_iopl, __NR_ioperm, __NR_kexec_file_load,
#endif
	/* the last two only where no program is run */
	__NR_execve, __NR_execveat
};

#define FORBIDDEN (sizeof(forbidden) / sizeof(forbidden[0]))
#define PROGRAM_CALLS 2
#define OTHERS 16			/* instructions around the list */

static void
add(struct sock_filter *f, unsigned short *n, uint16_t code, uint32_t k,
    uint8_t yes, uint8_t no)
{
	f[(*n)++] = (struct sock_filter){ code, yes, no, k };
}

#define LOAD (BPF_LD | BPF_W | BPF_ABS)
#define EQUAL (BPF_JMP | BPF_JEQ | BPF_K)
#define AT_LEAST (BPF_JMP | BPF_JGE | BPF_K)
#define RETURN (BPF_RET | BPF_K)
#define REFUSE (SECCOMP_RET_ERRNO | EPERM)

/* Calls of another architecture are none of ours; new kinds of sockets, as
 * those of the kernel's own protocols, neither. */
static unsigned short
write_filter(struct sock_filter *f, const struct confine_opts *o)
{
	size_t calls = FORBIDDEN - (o->programs ? PROGRAM_CALLS : 0);
	unsigned short n = 0;

	add(f, &n, LOAD, offsetof(struct seccomp_data, arch), 0, 0);
	add(f, &n, EQUAL, ARCHITECTURE, 1, 0);
	add(f, &n, RETURN, REFUSE, 0, 0);
	add(f, &n, LOAD, offsetof(struct seccomp_data, nr), 0, 0);
	add(f, &n, AT_LEAST, 0x40000000, 0, 1);	/* x32 */
	add(f, &n, RETURN, REFUSE, 0, 0);
	for (size_t i = 0; i < calls; i++) {
		add(f, &n, EQUAL, (uint32_t)forbidden[i], 0, 1);
		add(f, &n, RETURN, REFUSE, 0, 0);
	}
	if (!o->connects) {
		add(f, &n, EQUAL, __NR_socket, 0, 5);
		add(f, &n, LOAD, offsetof(struct seccomp_data, args[0]), 0, 0);
		add(f, &n, EQUAL, AF_UNIX, 3, 0);
		add(f, &n, EQUAL, AF_INET, 2, 0);
		add(f, &n, EQUAL, AF_INET6, 1, 0);
		add(f, &n, RETURN, REFUSE, 0, 0);
	}
	add(f, &n, RETURN, SECCOMP_RET_ALLOW, 0, 0);
	return n;
}

static int
use_seccomp(struct confined *out, const struct confine_opts *o,
    struct err *e)
{
	struct sock_filter f[2 * FORBIDDEN + OTHERS];
	struct sock_fprog program = { .filter = f };

	program.len = write_filter(f, o);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return errno == EINVAL || errno == ENOSYS ? 0 : err_sys(e,
		    "cannot use seccomp");
	out->seccomp = true;
	return 0;
}

#else

static int
use_seccomp(struct confined *out, const struct confine_opts *o,
    struct err *e)
{
	(void)out;
	(void)o;
	(void)e;
	return 0;
}

#endif

int
confine_process(struct confined *out, const struct confine_opts *o,
    struct err *e)
{
	memset(out, 0, sizeof(*out));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return errno == EINVAL ? 0 : err_sys(e, "cannot give up new "
		    "rights");
	if (use_landlock(out, o, e) < 0)
		return -1;
	return use_seccomp(out, o, e);
}
