/* A pipeline to look at: DOT, Mermaid; and as the file it might be read from. */
#include <string.h>

#include "codec/yaml.h"
#include "pipeline/write_internal.h"

static void
add_dot_text(struct buf *b, const char *s)
{
	buf_addc(b, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_addc(b, '\\');
		if ((unsigned char)*s < ' ')
			buf_addc(b, ' ');
		else
			buf_addc(b, *s);
	}
	buf_addc(b, '"');
}

int
write_dot(const struct pipeline_writing *w, struct err *e)
{
	const struct pipeline *p = w->p;

	(void)e;
	buf_adds(w->b, "digraph pipeline {\n\tnode [shape=box];\n");
	for (size_t i = 0; i < p->n; i++) {
		if (!w->want[i])
			continue;
		buf_addc(w->b, '\t');
		add_dot_text(w->b, p->stage[i].name);
		buf_adds(w->b, ";\n");
		for (size_t k = 0; k < p->stage[i].n_after; k++) {
			size_t from = p->stage[i].after[k];

			if (!w->want[from])
				continue;
			buf_addc(w->b, '\t');
			add_dot_text(w->b, p->stage[from].name);
			buf_adds(w->b, " -> ");
			add_dot_text(w->b, p->stage[i].name);
			buf_adds(w->b, ";\n");
		}
	}
	buf_adds(w->b, "}\n");
	return 0;
}

/* Mermaid writes characters that would end a text by their number. */
static void
add_mermaid_text(struct buf *b, const char *s)
{
	for (; *s; s++)
		if (strchr("\"#;<>&", *s) || (unsigned char)*s < ' ')
			buf_addf(b, "#%d;", (unsigned char)*s);
		else
			buf_addc(b, *s);
}

int
write_mermaid(const struct pipeline_writing *w, struct err *e)
{
	const struct pipeline *p = w->p;

	(void)e;
	buf_adds(w->b, "flowchart TD\n");
	for (size_t i = 0; i < p->n; i++) {
		if (!w->want[i])
			continue;
		buf_addf(w->b, "\tnode%zu[\"", i);
		add_mermaid_text(w->b, p->stage[i].name);
		buf_adds(w->b, "\"]\n");
		for (size_t k = 0; k < p->stage[i].n_after; k++)
			if (w->want[p->stage[i].after[k]])
				buf_addf(w->b, "\tnode%zu-->node%zu\n",
				    p->stage[i].after[k], i);
	}
	return 0;
}

static void
add_texts(struct arena *a, struct json *to, const char *key,
    const char *const *v, size_t n)
{
	struct json *list;

	if (n == 0)
		return;
	list = json_add_list(a, to, key);
	for (size_t i = 0; i < n; i++)
		json_add_text(a, list, NULL, v[i]);
}

/* ${ in a text that is not to be filled again. */
static const char *
escape_template(struct arena *a, const char *s)
{
	struct buf b;
	const char *text;

	if (strstr(s, "${") == NULL)
		return s;
	buf_init(&b, BUF_CAP_SMALL);
	for (; *s; s++) {
		if (s[0] == '$' && s[1] == '{')
			buf_addc(&b, '\\');
		buf_addc(&b, *s);
	}
	text = arena_strndup(a, b.data, b.len);
	buf_free(&b);
	return text;
}

static void
add_stage(const struct pipeline_writing *w, struct json *stages,
    const struct stage *s)
{
	struct arena *a = w->a;
	struct json *m = json_add_map(a, stages, s->name), *params;

	json_add_text(a, m, "cmd", escape_template(a, s->command));
	if (strcmp(s->wdir, "."))
		json_add_text(a, m, "wdir", s->wdir);
	add_texts(a, m, "deps", s->dep, s->n_deps);
	if (s->n_params) {
		params = json_add_list(a, m, "params");
		for (size_t i = 0; i < s->n_params; i++) {
			const struct stage_param *p = &s->param[i];
			struct json *list;

			if (p->name && strcmp(p->file, "params.yaml") == 0) {
				json_add_text(a, params, NULL, p->name);
				continue;
			}
			list = json_add_list(a, json_add_map(a, params, NULL),
			    p->file);
			if (p->name)
				json_add_text(a, list, NULL, p->name);
		}
	}
	for (int metric = 0; metric < 2; metric++) {
		const char **path = arena_alloc(a, (s->n_outs + 1) *
		    sizeof(*path));
		size_t n = 0;

		for (size_t i = 0; i < s->n_outs; i++)
			if (s->out[i].metric == (metric == 1) &&
			    !s->out[i].depfile)
				path[n++] = s->out[i].path;
		add_texts(a, m, metric ? "metrics" : "outs", path, n);
	}
	for (size_t i = 0; i < s->n_outs; i++)
		if (s->out[i].depfile)
			json_add_text(a, m, "depfile", s->out[i].path);
	if (s->frozen)
		json_add_bool(a, m, "frozen", true);
	if (s->always_changed)
		json_add_bool(a, m, "always_changed", true);
	if (s->desc)
		json_add_text(a, m, "desc", s->desc);
}

int
write_pipeline_yaml(const struct pipeline_writing *w, struct err *e)
{
	struct json *top = json_new(w->a, JSON_MAP);
	struct json *stages = json_add_map(w->a, top, "stages");

	for (size_t i = 0; i < w->p->n; i++)
		if (w->want[i])
			add_stage(w, stages, &w->p->stage[i]);
	return yaml_write(w->b, top, e);
}
