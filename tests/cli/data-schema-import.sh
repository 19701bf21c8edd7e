#!/bin/sh
# Schemas that other tools wrote: suites of Great Expectations, table schemas of
# Frictionless Data, schemas of TensorFlow Data Validation; as they are, or
# imported.
. "$(dirname "$0")/../lib.sh"

fresh suite
# an expectation with its kwargs, the rows as JSON Lines, and its verdict: 0 or 1
verdict() {
	printf '{"expectations": [{"expectation_type": "expect_%s", "kwargs": %s}]}' "$1" "$2" >suite.json
	printf '%b' "$3" >rows.jsonl
	mlv-data check -s suite.json rows.jsonl >out 2>err
	[ $? -eq "$4" ] || { echo "expect_$1 $2: not $4"; cat out err; return 1; }
}
both() {	# a column x of each list of values: what holds, what does not
	verdict "$1" "$2" "$(printf '%s' "$3" | tr ' ' '\n' | sed 's/.*/{"x":&}\\n/' | tr -d '\n')" 0 &&
		verdict "$1" "$2" "$(printf '%s' "$4" | tr ' ' '\n' | sed 's/.*/{"x":&}\\n/' | tr -d '\n')" 1
}
check 'expectations about values hold and fail as there' <<'X'
	both column_values_to_be_between '{"column":"x","min_value":1,"max_value":3,"strict_max":true}' '1 2.5 null' '1 3' &&
	both column_values_to_be_between '{"column":"x","max_value":3,"mostly":0.5}' '1 9' '9 9 1' &&
	both column_values_to_be_between '{"column":"x","min_value":"2026-01-02"}' '"2026-01-02"' '"2026-01-01"' &&
	both column_values_to_not_be_null '{"column":"x","mostly":0.5}' '1 null' 'null null 1' &&
	both column_values_to_be_null '{"column":"x"}' 'null null' 'null 1' &&
	both column_values_to_be_unique '{"column":"x"}' '1 2 null null' '1 2 1' &&
	both column_values_to_be_in_set '{"column":"x","value_set":["a","b"]}' '"a" "b" null' '"a" "c"' &&
	both column_values_to_be_in_set '{"column":"x","value_set":[1,2]}' '1 2.0' '1 3' &&
	both column_values_to_not_be_in_set '{"column":"x","value_set":[1,null]}' '2 null' '1' &&
	both column_distinct_values_to_be_in_set '{"column":"x","value_set":["a"]}' '"a" "a"' '"b"' &&
	both column_value_lengths_to_be_between '{"column":"x","min_value":2}' '"ab" "abc"' '"a"' &&
	both column_value_lengths_to_equal '{"column":"x","value":2}' '"ab"' '"abc"' &&
	both column_values_to_be_of_type '{"column":"x","type_":"int64"}' '1 2' '1 "z"'
X
check 'expectations about patterns look for them anywhere, or in all of the value' <<'X'
	both column_values_to_match_regex '{"column":"x","regex":"b+"}' '"abbc" "b"' '"ac"' &&
	both column_values_to_match_regex '{"column":"x","regex":"^b"}' '"bc"' '"ab"' &&
	both column_values_to_not_match_regex '{"column":"x","regex":"b"}' '"ac"' '"abc"' &&
	both column_values_to_match_regex_list '{"column":"x","regex_list":["a","b"]}' '"xa" "xb"' '"xc"' &&
	both column_values_to_match_regex_list '{"column":"x","regex_list":["a","b"],"match_on":"all"}' '"ab"' '"a"' &&
	both column_values_to_not_match_regex_list '{"column":"x","regex_list":["a","b"]}' '"c"' '"xb"' &&
	both column_values_to_match_like_pattern '{"column":"x","like_pattern":"a_c%"}' '"abcd"' '"xabcd"' &&
	both column_values_to_not_match_like_pattern '{"column":"x","like_pattern":"a.%"}' '"ab"' '"a.b"'
X
check 'expectations about a column as a whole' <<'X'
	both column_mean_to_be_between '{"column":"x","min_value":2,"max_value":2}' '1 2 3' '1 2' &&
	both column_median_to_be_between '{"column":"x","max_value":2.5}' '1 2 3 9' '3 4' &&
	both column_stdev_to_be_between '{"column":"x","min_value":1,"max_value":1}' '1 2 3' '1 2 4' &&
	both column_sum_to_be_between '{"column":"x","min_value":3}' '1 2' '1 1' &&
	both column_min_to_be_between '{"column":"x","min_value":1,"strict_min":true}' '2 3' '1 3' &&
	both column_max_to_be_between '{"column":"x","max_value":3}' '2 3' '4' &&
	both column_unique_value_count_to_be_between '{"column":"x","max_value":2}' '1 1 2' '1 2 3' &&
	both column_proportion_of_unique_values_to_be_between '{"column":"x","min_value":1}' '1 2' '1 1' &&
	both column_quantile_values_to_be_between \
		'{"column":"x","quantile_ranges":{"quantiles":[0,0.5],"value_ranges":[[1,1],[null,2]]}}' '1 2 3' '1 3 3'
X
left_out() {	# type, kwargs, why
	printf '{"expectations": [{"expectation_type": "expect_%s", "kwargs": %s}]}' "$1" "$2" >suite.json
	expect 1 mlv-data schema import suite.json && says "$3"
}
check 'lists of another shape than an expectation has are left out by name' <<'X'
	q='"column":"x","quantile_ranges":{"quantiles"' &&
	left_out column_quantile_values_to_be_between "{$q:[0.5],\"value_ranges\":[\"ab\"]}}" 'no two bounds' &&
	left_out column_quantile_values_to_be_between "{$q:[\"a\"],\"value_ranges\":[[1,2]]}}" 'no two bounds' &&
	left_out column_quantile_values_to_be_between "{$q:[0.5,0.9],\"value_ranges\":[[1,2]]}}" 'no ranges' &&
	left_out column_values_to_match_regex_list '{"column":"x","regex_list":["a",1]}' 'no text'
X
rows() { verdict "$1" "$2" "$3" 0 && verdict "$1" "$2" "$4" 1; }
check 'expectations about several columns, and rows where some are missing' <<'X'
	pair='"column_A":"a","column_B":"b"' &&
	rows column_pair_values_a_to_be_greater_than_b "{$pair}" '{"a":10,"b":9}\n{"a":null,"b":null}\n' \
		'{"a":1}\n{"a":2,"b":1}\n' &&
	rows column_pair_values_a_to_be_greater_than_b \
		"{$pair,\"or_equal\":true,\"ignore_row_if\":\"either_value_is_missing\"}" \
		'{"a":1,"b":1}\n{"a":2}\n' '{"a":1,"b":2}\n' &&
	rows column_pair_values_to_be_equal "{$pair,\"ignore_row_if\":\"never\"}" '{"a":1,"b":1}\n' '{"a":1,"b":1}\n{}\n' &&
	either='"ignore_row_if":"either_value_is_missing"' &&
	rows column_pair_values_to_be_in_set "{$pair,\"value_pairs_set\":[[1,2]],$either}" \
		'{"a":1,"b":2}\n{"a":7,"b":null}\n' '{"a":1,"b":1}\n' &&
	rows compound_columns_to_be_unique '{"column_list":["a","b"]}' '{"a":1,"b":2}\n{"b":2}\n{}\n{}\n' \
		'{"a":1}\n{"a":1,"b":null}\n' &&
	rows compound_columns_to_be_unique '{"column_list":["a","b"],"ignore_row_if":"any_value_is_missing"}' \
		'{"a":1,"b":null}\n{"a":1}\n' '{"a":1,"b":2}\n{"a":1,"b":2}\n' &&
	rows compound_columns_to_be_unique '{"column_list":["a","b"],"ignore_row_if":"never"}' '{"a":1,"b":2}\n{}\n' \
		'{"a":1,"b":2}\n{}\n{}\n' &&
	rows select_column_values_to_be_unique_within_record '{"column_list":["a","b","c"]}' \
		'{"a":1,"b":2,"c":null}\n{}\n' '{"a":1,"b":2,"c":1}\n' &&
	rows multicolumn_sum_to_equal '{"column_list":["a","b"],"sum_total":3}' \
		'{"a":1,"b":2}\n{"a":3}\n{}\n' '{"a":1,"b":1}\n'
X
check 'expectations about the table; severity and row conditions' <<'X'
	rows table_row_count_to_be_between '{"min_value":1,"max_value":2}' '{"a":1}\n' '{"a":1}\n{"a":1}\n{"a":1}\n' &&
	rows table_row_count_to_equal '{"value":1}' '{"a":1}\n' '{"a":1}\n{"a":1}\n' &&
	rows column_to_exist '{"column":"a"}' '{"a":1,"b":2}\n' '{"b":2}\n' &&
	rows table_columns_to_match_set '{"column_set":["b","a"]}' '{"a":1,"b":2}\n' '{"a":1,"b":2,"c":3}\n' &&
	rows table_columns_to_match_set '{"column_set":["a"],"exact_match":false}' '{"a":1,"b":2}\n' '{"b":1}\n' &&
	rows column_values_to_be_between '{"column":"a","max_value":5,"row_condition":"b==\"x\""}' '{"a":9,"b":"y"}\n' \
		'{"a":9,"b":"x"}\n' &&
	rows column_values_to_be_between \
		'{"column":"a","max_value":5,"row_condition":"col(\"b\").notNull()"}' \
		'{"a":9,"b":null}\n' '{"a":9,"b":"x"}\n' &&
	printf 'b,a\n1,2\n' >o.csv &&
	printf '{"expectations":[{"type":"expect_table_columns_to_match_ordered_list",
		"kwargs":{"column_list":["a","b"]}}]}' >o.json &&
	expect 1 mlv-data check -s o.json o.csv &&
	prints column_order &&
	printf '{"expectations":[{"type":"expect_column_max_to_be_between","severity":"warning",
		"kwargs":{"column":"a","max_value":1}}]}' >w.json &&
	expect 0 mlv-data check -s w.json o.csv &&
	prints 'aggregate	a	warn'
X
cat >mixed.json <<'E'
{"expectations": [
 {"expectation_type": "expect_column_values_to_be_between", "kwargs": {"column": "x", "min_value": 1}},
 {"expectation_type": "expect_column_kl_divergence_to_be_less_than", "kwargs": {"column": "x", "threshold": 0.1}},
 {"expectation_type": "expect_column_values_to_be_increasing", "kwargs": {"column": "x"}}]}
E
printf 'x\n1\n' >x.csv
check 'check: a suite with what cannot be carried is refused by name' <<'X'
	expect 3 mlv-data check -s mixed.json x.csv &&
	says 'mixed.json: expectation 2, expect_column_kl_divergence_to_be_less_than: there is no such rule' &&
	says '(and others); mlv-data schema import lists'
X
check 'schema import: the rest is carried, each left out is told, exit 1' <<'X'
	expect 1 mlv-data schema import mixed.json -o s.yaml &&
	test "$(grep -c 'left out: expectation' err)" = 2 &&
	expect 0 mlv-data check -s s.yaml x.csv &&
	printf 'x\n0\n' >low.csv &&
	expect 1 mlv-data check -s s.yaml low.csv &&
	prints 'range	x'
X
check 'schema import: a suite that is cut short says where it ends, not that it is none' <<'X'
	printf '{"expectations": [\n{"type": "x"' >cut.json &&
	expect 3 mlv-data schema import cut.json &&
	says 'cut.json: YAML line ' &&
	exits 1 grep -q 'no suite' err
X
check 'schema import: what is no schema of another tool is exit 3' <<'X'
	expect 3 mlv-data schema import s.yaml &&
	says 'no suite of Great Expectations' &&
	printf '{"expectations": [3]}' >bad.json &&
	expect 3 mlv-data schema import bad.json -o none.yaml &&
	says 'expectation 1 is no map' &&
	test ! -e none.yaml
X

# --- Frictionless Data
cat >table.json <<'E'
{"fields": [
  {"name": "id", "type": "integer", "constraints": {"required": true, "minimum": 1}},
  {"name": "mail", "type": "string", "format": "email", "constraints": {"maxLength": 20}},
  {"name": "day", "type": "date", "constraints": {"minimum": "2026-01-01"}},
  {"name": "level", "type": "string", "constraints": {"enum": ["low", "high"]}},
  {"name": "ok", "type": "boolean"}],
 "missingValues": ["", "-"], "primaryKey": "id",
 "foreignKeys": [{"fields": "level", "reference": {"resource": "levels.csv", "fields": "name"}}]}
E
printf 'name\nlow\nhigh\n' >levels.csv
printf 'id,mail,day,level,ok\n1,a@b.c,2026-01-02,low,true\n2,-,-,high,false\n' >good.csv
check 'Frictionless: a table that keeps its schema' <<'X'
	expect 0 mlv-data check -s table.json good.csv &&
	mlv-data schema import table.json >t.yaml &&
	expect 0 mlv-data check -s t.yaml good.csv
X
check 'Frictionless: each constraint is a rule' <<'X'
	{
		printf 'id,mail,day,level,ok,more\n1,nobody,2025-01-02,mid,maybe,1\n' &&
		printf '1,x@y.zz.zz.zz.zz.zz.zz,,low,,\n,,,,,\n'
	} >bad.csv &&
	expect 1 mlv-data check -s table.json bad.csv &&
	for r in 'pattern	mail' 'range	day' 'values	level' 'type	ok' 'unique	id' 'length	mail' 'missing	id' \
		'reference	level' 'column_new'
	do
		prints "$r" || return 1
	done
X
check 'Frictionless: a package of one resource; types that are none of ours are told' <<'X'
	schema='{"fields":[{"name":"g","type":"geopoint"}]}' &&
	echo '{"name":"p","resources":[{"name":"r","path":"r.csv","schema":'"$schema}]}" >p.json &&
	expect 1 mlv-data schema import p.json &&
	says "left out: field 'g': type geopoint"
X

# --- TensorFlow Data Validation
cat >schema.pbtxt <<'E'
# inferred, then edited
feature {
  name: "pay"
  type: BYTES
  domain: "pay"
  presence { min_fraction: 1.0 min_count: 1 }
  shape { dim { size: 1 } }
}
feature { name: "miles" type: FLOAT float_domain { min: 0.0 } presence { min_count: 1 } }
feature { name: "hour" type: INT int_domain { min: 0 max: 23 } value_count { min: 1 max: 1 } }
feature: < name: 'tip\'s' type: INT bool_domain {} >
string_domain { name: "pay" value: "Cash" value: "Credit " "Card" }
dataset_constraints { min_examples_count: 2 }
E
check 'TensorFlow Data Validation: a schema in text form, its anomalies by their names' <<'X'
	printf "pay,miles,hour,tip's\nCash,1.5,3,1\nCredit Card,0,23,0\n" >taxi.csv &&
	expect 0 mlv-data check -s schema.pbtxt taxi.csv &&
	printf "pay,miles,hour,fare\nCoin,-1,24,1\n" >odd.csv &&
	expect 1 mlv-data check --json -s schema.pbtxt odd.csv &&
	jq -r .anomaly out | sort >names &&
	printf '%s\n' DATASET_LOW_NUM_EXAMPLES ENUM_TYPE_UNEXPECTED_STRING_VALUES FLOAT_TYPE_SMALL_FLOAT \
		INT_TYPE_BIG_INT SCHEMA_NEW_COLUMN | same names -
X
check 'TensorFlow Data Validation: comparators and environments are told' <<'X'
	printf 'feature { name: "a" type: INT skew_comparator { infinity_norm { threshold: 0.1 } } }\n' >skew.pbtxt &&
	expect 1 mlv-data schema import skew.pbtxt &&
	says "left out: feature 'a': skew_comparator" &&
	printf 'feature { name: "a" type: INT\n' >open.pbtxt &&
	expect 3 mlv-data schema import open.pbtxt &&
	says 'a brace is not closed'
X
finish
