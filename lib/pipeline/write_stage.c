/* A stage as a command and as a task, for all forms a pipeline is written in. */
#include <string.h>

#include "base/shellword.h"
#include "codec/json.h"
#include "pipeline/write_internal.h"

static void
add_word(struct buf *b, const char *option, const char *value)
{
	buf_addc(b, ' ');
	if (option)
		buf_addf(b, "%s ", option);
	shellword_add(b, value);
}

const char *
stage_depfile(const struct stage *s)
{
	for (size_t i = 0; i < s->n_outs; i++)
		if (s->out[i].depfile)
			return s->out[i].path;
	return NULL;
}

void
pipeline_write_run(struct buf *b, struct arena *a, const struct stage *s)
{
	buf_adds(b, "mlv-train run");
	add_word(b, "-n", s->name);
	for (size_t i = 0; i < s->n_deps; i++)
		add_word(b, "-d", pipeline_dep_is_name(s->dep[i]) ? s->dep[i] :
		    pipeline_path(a, s, s->dep[i]));
	for (size_t i = 0; i < s->n_params; i++)
		add_word(b, "-p", arena_printf(a, "%s=%s", s->param[i].label,
		    s->param[i].value ?
		    pipeline_param_text(a, s->param[i].value) : ""));
	for (size_t i = 0; i < s->n_outs; i++)
		add_word(b, s->out[i].depfile ? "--depfile" : "-o",
		    pipeline_path(a, s, s->out[i].path));
	if (strcmp(s->wdir, ".") && stage_depfile(s))
		add_word(b, "--depfile-folder", pipeline_path(a, s, "."));
	if (s->always_changed)
		buf_adds(b, " --force");
	buf_adds(b, " -- sh -c ");
	shellword_add(b, pipeline_shell_text(a, s));
}

const char *
write_task_name(const struct pipeline_writing *w, size_t stage)
{
	const char *name = w->p->stage[stage].name;
	char *out = arena_alloc(w->a, 48);
	size_t n = 0;

	for (; *name && n < 40; name++) {
		char c = (char)(*name >= 'A' && *name <= 'Z' ? *name | 32 : *name);
		bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (good)
			out[n++] = c;
		else if (n && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	/* two names may come to the same word; their places differ */
	return arena_printf(w->a, "s%zu-%s", stage, n ? out : "stage");
}

const char *
write_task_command(const struct pipeline_writing *w, size_t stage)
{
	struct buf b;
	const char *text;

	buf_init(&b, BUF_CAP_SMALL);
	buf_adds(&b, "mlv-train repro --single");
	if (w->p->file)
		add_word(&b, "--file", w->p->file);
	add_word(&b, "--", w->p->stage[stage].name);
	text = arena_strndup(w->a, b.data, b.len);
	buf_free(&b);
	return text;
}

void
write_quoted(struct buf *b, const char *s)
{
	json_quote(b, s, strlen(s));
}
