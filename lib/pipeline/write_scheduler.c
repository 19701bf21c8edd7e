/* A pipeline for schedulers: Airflow, Argo, GitLab and GitHub; a task a stage. */
#include <string.h>

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

int
write_airflow(const struct pipeline_writing *w, struct err *e)
{
	(void)e;
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
	(void)e;
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
	(void)e;
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
			buf_adds(w->b, "\n      - ");
			write_quoted(w->b, pipeline_path(w->a, s,
			    s->out[k].path));
		}
		buf_addc(w->b, '\n');
	}
	return 0;
}

/* Files of an earlier job come as the artifact of its name. */
static void
add_github_steps(const struct pipeline_writing *w, size_t i)
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
	if (s->n_outs == 0) {
		buf_addc(w->b, '\n');
		return;
	}
	buf_addf(w->b, "\n      - uses: actions/upload-artifact@v4\n"
	    "        with:\n          name: %s\n          path: |\n",
	    write_task_name(w, i));
	for (size_t k = 0; k < s->n_outs; k++)
		buf_addf(w->b, "            %s\n",
		    pipeline_path(w->a, s, s->out[k].path));
}

int
write_github(const struct pipeline_writing *w, struct err *e)
{
	for (size_t i = 0; i < w->p->n; i++)
		for (size_t k = 0; w->want[i] && k < w->p->stage[i].n_outs; k++)
			if (strchr(w->p->stage[i].out[k].path, '\n'))
				return err_set(e, ERR_UNSUPPORTED, "GitHub cannot "
				    "name the file '%s'",
				    w->p->stage[i].out[k].path);
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
		add_github_steps(w, i);
	}
	return 0;
}
