"""Scores a table with mlv-serve batch in the tasks of a Spark job: one process
a partition, rows through its pipes, no model in the JVM or in Python.

    spark-submit spark.py customerID rows.csv answers -- \\
        mlv-serve batch -q --threads 1 --format jsonl --keep customerID churn.onnx

What follows -- is the command, as it would be typed; executors find program and
model at these paths, or `--files churn.onnx` brings the model into each task's
folder.  The rows are CSV with a header, or Parquet, by the name's end.  The
answers are a folder of JSON Lines, a part a partition, each line with the first
argument, which tells whose answer it is.

Rows and answers are a line each, whatever their cells hold: JSON escapes line
ends.  A partition without rows asks nothing.  When mlv-serve ends with anything
but 0, checkCode=True makes that a failure of its task, which Spark does again or
gives up, with mlv-serve's own words; without it half an answer would be taken
for a whole one.  An answers folder that has a _SUCCESS is whole.
"""
import shlex
import sys

from pyspark.sql import SparkSession


def main(key, source, target, command):
    spark = SparkSession.builder.appName("mlv-serve").getOrCreate()
    # a missing cell is said, so that a row has all columns
    spark.conf.set("spark.sql.jsonGenerator.ignoreNullFields", "false")
    # quotes are doubled, as everywhere; Spark's own default is a backslash
    rows = spark.read.parquet(source) if source.endswith(".parquet") else \
        spark.read.csv(source, header=True, escape='"')
    if key not in rows.columns:
        sys.exit("spark.py: error: '%s' has no column '%s'" % (source, key))
    # pipe() splits the command itself and runs no shell
    rows.toJSON().pipe(shlex.join(command), checkCode=True).saveAsTextFile(target)
    spark.stop()


if __name__ == "__main__":
    if len(sys.argv) < 6 or sys.argv[4] != "--":
        sys.exit(__doc__)
    main(*sys.argv[1:4], sys.argv[5:])
