/* A pipeline for schedulers: Airflow, Argo, GitLab and GitHub; a task a stage. */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "pipeline/write_internal.h"

/* The wanted stages that one needs, each handed to `add`. */
static size_t
add_needs(const struct pipeline_writing *w, size_t i, const char *between,
    const char *quote)
{
	const struct stage *s = &w->p->stage[i];
	size_t n = 0;

	for (size_t k = 0; k < s->n_after; k++) {
		if (!w->want[s->after[k]])
			continue;
		buf_addf(w->b, "%s%s%s%s", n ? between : "", quote,
		    write_task_name(w, s->after[k]), quote);
		n++;
	}
	return n;
}

static bool
has_needs(const struct pipeline_writing *w, size_t i)
{
	const struct stage *s = &w->p->stage[i];

	for (size_t k = 0; k < s->n_after; k++)
		if (w->want[s->after[k]])
			return true;
	return false;
}

/* What a form would fill in by itself cannot be said in it. */
static int
refuse_commands(const struct pipeline_writing *w, const char *const *marks,
    const char *form, struct err *e)
{
	for (size_t i = 0; i < w->p->n; i++)
		for (size_t k = 0; w->want[i] && marks[k]; k++)
			if (strstr(write_task_command(w, i), marks[k]))
				return err_set(e, ERR_UNSUPPORTED, "%s would fill "
				    "in the '%s' of stage '%s'", form, marks[k],
				    w->p->stage[i].name);
	return 0;
}

/* How a checkout sees it; NULL, and *e, where the form takes it for a
 * pattern. */
static const char *
checkout_path(const struct pipeline_writing *w, const char *path,
    const char *form, struct err *e)
{
	char *clean = path_clean(*path == '/' ? path :
	    arena_printf(w->a, "%s/%s", w->p->folder ? w->p->folder : ".",
	    path));
	const char *kept = arena_strdup(w->a, clean);

	free(clean);
	if (strpbrk(kept, "*?[]{}!\n") == NULL)
		return kept;
	err_set(e, ERR_UNSUPPORTED, "%s cannot name the file '%s'", form, path);
	return NULL;
}

int
write_airflow(const struct pipeline_writing *w, struct err *e)
{
	static const char *const marks[] = { "{{", "{%", "{#", NULL };

	if (refuse_commands(w, marks, "Airflow", e) < 0)
		return -1;
	buf_adds(w->b, "# Made by mlv-train graph --airflow.  MLV_FOLDER is the "
	    "checkout to work in.\nimport os\n\nimport pendulum\n"
	    "from airflow import DAG\n"
	    "try:\n    from airflow.providers.standard.operators.bash import "
	    "BashOperator\n"
	    "except ImportError:\n    from airflow.operators.bash import "
	    "BashOperator\n\n"
	    "with DAG(\n    dag_id=\"pipeline\",\n    schedule=None,\n"
	    "    start_date=pendulum.datetime(2020, 1, 1, tz=\"UTC\"),\n"
	    "    catchup=False,\n) as dag:\n"
	    "    folder = os.environ.get(\"MLV_FOLDER\", os.getcwd())\n"
	    "    task = {}\n");
	for (size_t i = 0; i < w->p->n; i++) {
		if (!w->want[i])
			continue;
		buf_addf(w->b, "    task[%zu] = BashOperator(\n        task_id=", i);
		write_quoted(w->b, write_task_name(w, i));
		buf_adds(w->b, ",\n        bash_command=");
		/* a blank at the end keeps "x.sh" from being read as a file */
		write_quoted(w->b, arena_printf(w->a, "%s ",
		    write_task_command(w, i)));
		buf_adds(w->b, ",\n        cwd=folder,\n    )\n");
	}
	for (size_t i = 0; i < w->p->n; i++)
		for (size_t k = 0; w->want[i] && k < w->p->stage[i].n_after; k++)
			if (w->want[w->p->stage[i].after[k]])
				buf_addf(w->b, "    task[%zu] >> task[%zu]\n",
				    w->p->stage[i].after[k], i);
	return 0;
}

int
write_argo(const struct pipeline_writing *w, struct err *e)
{
	static const char *const marks[] = { "{{", NULL };

	if (refuse_commands(w, marks, "Argo", e) < 0)
		return -1;
	buf_adds(w->b, "# Made by mlv-train graph --argo.  The volume holds the "
	    "checkout.\napiVersion: argoproj.io/v1alpha1\nkind: Workflow\n"
	    "metadata:\n  generateName: pipeline-\nspec:\n"
	    "  entrypoint: pipeline\n  arguments:\n    parameters:\n"
	    "      - name: image\n        value: \"mlv:latest\"\n"
	    "      - name: claim\n        value: \"checkout\"\n"
	    "  volumes:\n    - name: checkout\n      persistentVolumeClaim:\n"
	    "        claimName: \"{{workflow.parameters.claim}}\"\n"
	    "  templates:\n    - name: pipeline\n      dag:\n        tasks:\n");
	for (size_t i = 0; i < w->p->n; i++) {
		if (!w->want[i])
			continue;
		buf_adds(w->b, "          - name: ");
		buf_adds(w->b, write_task_name(w, i));
		buf_adds(w->b, "\n            template: stage\n");
		if (has_needs(w, i)) {
			buf_adds(w->b, "            dependencies: [");
			add_needs(w, i, ", ", "");
			buf_adds(w->b, "]\n");
		}
		buf_adds(w->b, "            arguments:\n              parameters:\n"
		    "                - name: command\n                  value: ");
		write_quoted(w->b, write_task_command(w, i));
		buf_addc(w->b, '\n');
	}
	buf_adds(w->b, "    - name: stage\n      inputs:\n        parameters:\n"
	    "          - name: command\n      container:\n"
	    "        image: \"{{workflow.parameters.image}}\"\n"
	    "        command: [sh, -c]\n"
	    "        args: [\"{{inputs.parameters.command}}\"]\n"
	    "        workingDir: /checkout\n        volumeMounts:\n"
	    "          - name: checkout\n            mountPath: /checkout\n");
	return 0;
}

int
write_gitlab(const struct pipeline_writing *w, struct err *e)
{
	const char *path;

	buf_adds(w->b, "# Made by mlv-train graph --gitlab.\nstages: [pipeline]\n");
	for (size_t i = 0; i < w->p->n; i++) {
		const struct stage *s = &w->p->stage[i];

		if (!w->want[i])
			continue;
		buf_addf(w->b, "\n%s:\n  stage: pipeline\n  needs: [",
		    write_task_name(w, i));
		add_needs(w, i, ", ", "");
		buf_adds(w->b, "]\n  script:\n    - ");
		write_quoted(w->b, write_task_command(w, i));
		if (s->n_outs)
			buf_adds(w->b, "\n  artifacts:\n    paths:");
		for (size_t k = 0; k < s->n_outs; k++) {
			path = checkout_path(w, pipeline_path(w->a, s,
			    s->out[k].path), "GitLab", e);
			if (path == NULL)
				return -1;
			buf_adds(w->b, "\n      - ");
			write_quoted(w->b, path);
		}
		buf_addc(w->b, '\n');
	}
	return 0;
}

static bool
is_hidden(const char *path)
{
	return *path == '.' || strstr(path, "/.");
}

/*
 * What a job makes goes to the others as its artifact.  An artifact begins at
 * the folder that all its paths have in common, so that "models/a.onnx" alone
 * would come back as "a.onnx": a file at the top goes with it.
 */
static int
add_artifact(const struct pipeline_writing *w, size_t i, struct err *e)
{
	const struct stage *s = &w->p->stage[i];
	bool hidden = false;
	const char *path;

	if (s->n_outs == 0)
		return 0;
	buf_addf(w->b, "      - run: touch mlv-top\n"
	    "      - uses: actions/upload-artifact@v4\n"
	    "        with:\n          name: %s\n          path: |\n"
	    "            mlv-top\n", write_task_name(w, i));
	for (size_t k = 0; k < s->n_outs; k++) {
		path = checkout_path(w, pipeline_path(w->a, s, s->out[k].path),
		    "GitHub", e);
		if (path == NULL)
			return -1;
		hidden = hidden || is_hidden(path);
		buf_addf(w->b, "            %s\n", path);
	}
	if (hidden)
		buf_adds(w->b, "          include-hidden-files: true\n");
	return 0;
}

/* Files of an earlier job come as the artifact of its name. */
static int
add_github_steps(const struct pipeline_writing *w, size_t i, struct err *e)
{
	const struct stage *s = &w->p->stage[i];

	buf_adds(w->b, "    steps:\n      - uses: actions/checkout@v4\n");
	for (size_t k = 0; k < s->n_after; k++) {
		size_t from = s->after[k];

		if (w->want[from] && w->p->stage[from].n_outs)
			buf_addf(w->b, "      - uses: actions/download-artifact@v4\n"
			    "        with:\n          name: %s\n",
			    write_task_name(w, from));
	}
	buf_adds(w->b, "      - run: ");
	write_quoted(w->b, write_task_command(w, i));
	buf_addc(w->b, '\n');
	return add_artifact(w, i, e);
}

int
write_github(const struct pipeline_writing *w, struct err *e)
{
	static const char *const marks[] = { "${{", NULL };

	if (refuse_commands(w, marks, "GitHub", e) < 0)
		return -1;
	buf_adds(w->b, "# Made by mlv-train graph --github.\nname: pipeline\n"
	    "on: [workflow_dispatch]\njobs:\n");
	for (size_t i = 0; i < w->p->n; i++) {
		if (!w->want[i])
			continue;
		buf_addf(w->b, "  %s:\n    runs-on: ubuntu-latest\n",
		    write_task_name(w, i));
		if (has_needs(w, i)) {
			buf_adds(w->b, "    needs: [");
			add_needs(w, i, ", ", "");
			buf_adds(w->b, "]\n");
		}
		if (add_github_steps(w, i, e) < 0)
			return -1;
	}
	return 0;
}
