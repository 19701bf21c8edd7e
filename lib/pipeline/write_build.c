/* A pipeline for make and for ninja, each stage a remembered run. */
#include <string.h>

#include "base/shellword.h"
#include "pipeline/write_internal.h"

static bool
has_depfile(const struct pipeline_writing *w)
{
	for (size_t i = 0; i < w->p->n; i++)
		if (w->want[i] && stage_depfile(&w->p->stage[i]))
			return true;
	return false;
}

/* --- make */

static int
add_make_path(struct buf *b, const char *path, struct err *e)
{
	if (strpbrk(path, "\n\t;=:|\\%*?[]\"'") != NULL)
		return err_set(e, ERR_UNSUPPORTED, "make cannot name the file "
		    "'%s'", path);
	for (; *path; path++) {
		if (*path == ' ' || *path == '#')
			buf_addc(b, '\\');
		if (*path == '$')
			buf_addc(b, '$');
		buf_addc(b, *path);
	}
	return 0;
}

/* Text of a recipe or a variable: make's own sign doubled. */
static void
add_make_text(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '$')
			buf_addc(b, '$');
		buf_addc(b, *s);
	}
}

/* What a rule stands for: its outputs, else its name as a phony target. */
static int
add_make_targets(const struct pipeline_writing *w, size_t i, struct err *e)
{
	const struct stage *s = &w->p->stage[i];

	for (size_t k = 0; k < s->n_outs; k++) {
		if (k)
			buf_addc(w->b, ' ');
		if (add_make_path(w->b, pipeline_path(w->a, s, s->out[k].path),
		    e) < 0)
			return -1;
	}
	if (s->n_outs == 0)
		buf_adds(w->b, write_task_name(w, i));
	return 0;
}

static int
write_make_rule(const struct pipeline_writing *w, size_t i, struct err *e)
{
	const struct stage *s = &w->p->stage[i];
	struct buf run;

	buf_addf(w->b, "\n# %s\n", s->name);
	if (s->n_outs == 0 || s->always_changed) {
		buf_adds(w->b, ".PHONY: ");
		if (add_make_targets(w, i, e) < 0)
			return -1;
		buf_addc(w->b, '\n');
	}
	if (add_make_targets(w, i, e) < 0)
		return -1;
	/* one recipe makes all of them */
	buf_adds(w->b, s->n_outs > 1 ? " &:" : ":");
	for (size_t k = 0; k < s->n_deps; k++) {
		if (pipeline_dep_is_name(s->dep[k]))
			continue;
		buf_addc(w->b, ' ');
		if (add_make_path(w->b, pipeline_path(w->a, s, s->dep[k]), e) < 0)
			return -1;
	}
	if (stage_depfile(s))
		buf_adds(w->b, " look-inside");
	buf_init(&run, BUF_CAP_SMALL);
	pipeline_write_run(&run, w->a, s);
	if (strchr(run.data, '\n') == NULL) {
		buf_adds(w->b, "\n\t+");
		add_make_text(w->b, run.data);
	} else {
		/* a recipe is one line: several come through a variable */
		buf_adds(w->b, "\n\t+eval \"$$");
		buf_addf(w->b, "RUN_%zu\"\ndefine RUN_%zu\n", i, i);
		add_make_text(w->b, run.data);
		buf_addf(w->b, "\nendef\nexport RUN_%zu", i);
	}
	buf_free(&run);
	buf_addc(w->b, '\n');
	return 0;
}

int
write_make(const struct pipeline_writing *w, struct err *e)
{
	buf_adds(w->b, "# Made by mlv-train graph --make.  Each stage is a run "
	    "that is remembered.\n.DELETE_ON_ERROR:\n.PHONY: all\nall:");
	for (size_t i = 0; i < w->p->n; i++) {
		if (!w->want[i])
			continue;
		buf_addc(w->b, ' ');
		if (add_make_targets(w, i, e) < 0)
			return -1;
	}
	buf_addc(w->b, '\n');
	if (has_depfile(w))
		buf_adds(w->b, "\n# Inputs found at run time are the run's own "
		    "business: it looks each time.\n.PHONY: look-inside\n"
		    "look-inside:\n");
	for (size_t i = 0; i < w->p->n; i++)
		if (w->want[i] && write_make_rule(w, i, e) < 0)
			return -1;
	return 0;
}

/* --- ninja */

static void
add_ninja_text(struct buf *b, const char *s, bool path)
{
	for (; *s; s++) {
		if (*s == '$' || (path && (*s == ' ' || *s == ':')))
			buf_addc(b, '$');
		buf_addc(b, *s);
	}
}

static int
add_ninja_path(struct buf *b, const char *path, struct err *e)
{
	if (strchr(path, '\n') != NULL)
		return err_set(e, ERR_UNSUPPORTED, "ninja cannot name the file "
		    "'%s'", path);
	buf_addc(b, ' ');
	add_ninja_text(b, path, true);
	return 0;
}

/* A line of ninja is a line: lines of a command are parts of one word. */
static void
add_ninja_command(struct buf *b, const char *run)
{
	struct buf flat;

	buf_init(&flat, BUF_CAP_SMALL);
	buf_adds(&flat, "printf '%b' ");
	for (buf_addc(&flat, '\''); *run; run++) {
		if (*run == '\n')
			buf_adds(&flat, "\\n");
		else if (*run == '\'')
			buf_adds(&flat, "\\0047");
		else if (*run == '\\')
			buf_adds(&flat, "\\\\");
		else
			buf_addc(&flat, *run);
	}
	buf_adds(&flat, "' | sh");
	add_ninja_text(b, flat.data, false);
	buf_free(&flat);
}

static int
write_ninja_build(const struct pipeline_writing *w, size_t i, struct err *e)
{
	const struct stage *s = &w->p->stage[i];
	struct buf run;

	buf_adds(w->b, "\nbuild");
	for (size_t k = 0; k < s->n_outs; k++)
		if (add_ninja_path(w->b, pipeline_path(w->a, s,
		    s->out[k].path), e) < 0)
			return -1;
	if (s->n_outs == 0)
		buf_addf(w->b, " %s", write_task_name(w, i));
	buf_adds(w->b, ": run");
	for (size_t k = 0; k < s->n_deps; k++)
		if (!pipeline_dep_is_name(s->dep[k]) && add_ninja_path(w->b,
		    pipeline_path(w->a, s, s->dep[k]), e) < 0)
			return -1;
	if (stage_depfile(s))
		buf_adds(w->b, " | look-inside");
	buf_init(&run, BUF_CAP_SMALL);
	pipeline_write_run(&run, w->a, s);
	buf_adds(w->b, "\n  command = ");
	if (strchr(run.data, '\n'))
		add_ninja_command(w->b, run.data);
	else
		add_ninja_text(w->b, run.data, false);
	buf_addf(w->b, "\n  description = %s\n", write_task_name(w, i));
	buf_free(&run);
	return 0;
}

int
write_ninja(const struct pipeline_writing *w, struct err *e)
{
	buf_adds(w->b, "# Made by mlv-train graph --ninja.  Each stage is a run "
	    "that is remembered;\n# an output that came out the same stops what "
	    "follows.\nrule run\n  command = $command\n  restat = 1\n");
	if (has_depfile(w))
		buf_adds(w->b, "\n# inputs found at run time: the run looks "
		    "each time\nbuild look-inside: phony\n");
	for (size_t i = 0; i < w->p->n; i++)
		if (w->want[i] && write_ninja_build(w, i, e) < 0)
			return -1;
	return 0;
}
