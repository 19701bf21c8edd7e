#!/bin/sh
# mlv-serve http --features: online features in the words of Feast's server.
. "$(dirname "$0")/../server.sh"

fresh features
cat >features.yaml <<'Y'
entities: {driver: {key: driver_id}}
views:
  stats: {entity: driver, source: stats.csv, timestamp: at, features: [rate, trips, note]}
  old: {entity: driver, source: stats.csv, timestamp: at, ttl: 1d, features: [rate]}
services: {s: ['stats:rate', 'stats:trips'], all: [stats, old]}
Y
cat >stats.csv <<'Y'
driver_id,at,rate,trips,note
1001,2021-12-31T23:00:00Z,0.7,3,"a ""b"""
1002,2021-12-31T23:00:00Z,0.50,,007
Y
check 'a server of features that were never loaded says what to run' <<'X'
	expect 3 mlv-serve http --port 0 --features features.yaml --feature-store o.mdb "$ridge" &&
	says 'mlv-data feature load'
X
mlv-data feature load --store o.mdb features.yaml >/dev/null 2>&1
start --features features.yaml --feature-store o.mdb "$ridge"
post() { answers "$1" -H "$as_json" -d "$2" "$url/get-online-features"; }
body_holds() { jq -e "$1" body >/dev/null; }
check 'features by name: a column for each, the keys first' <<'X'
	post 200 '{"features":["stats:rate","stats:trips"],"entities":{"driver_id":[1001,1002,9]}}' &&
	body_holds '.metadata.feature_names == ["driver_id","rate","trips"]' &&
	body_holds '.results[0] == {"values":[1001,1002,9],"statuses":["PRESENT","PRESENT","PRESENT"],
	    "event_timestamps":["1970-01-01T00:00:00Z","1970-01-01T00:00:00Z","1970-01-01T00:00:00Z"]}' &&
	body_holds '.results[1] == {"values":[0.7,0.5,null],"statuses":["PRESENT","PRESENT","NOT_FOUND"],
	    "event_timestamps":["2021-12-31T23:00:00Z","2021-12-31T23:00:00Z","1970-01-01T00:00:00Z"]}' &&
	body_holds '.results[2].values == [3,null,null]' &&
	body_holds '.results[2].statuses == ["PRESENT","NULL_VALUE","NOT_FOUND"]'
X
check 'a service by name, full names, text, and what is out of age' <<'X'
	post 200 '{"feature_service":"all","full_feature_names":true,"entities":{"driver_id":["1001",1002]}}' &&
	body_holds '.metadata.feature_names == ["driver_id","stats__rate","stats__trips","stats__note","old__rate"]' &&
	body_holds '.results[3].values == ["a \"b\"","007"]' &&
	body_holds '.results[4] | .values == [null,null] and .statuses == ["OUTSIDE_MAX_AGE","OUTSIDE_MAX_AGE"]'
X
check 'many who ask at once each get the answer to their own question' <<'X'
	seq 24 | xargs -P 8 -I@ curl -sS -o many.@ -H "$as_json" "$url/get-online-features" \
	    -d '{"feature_service":"s","entities":{"driver_id":[1001,@]}}' &&
	for i in $(seq 24); do
		jq -e --argjson i "$i" '.results[0].values == [1001,$i] and .results[1].values == [0.7,null]' many."$i" ||
		    exit 1
	done >/dev/null
X
check 'a null is an unknown key' <<'X'
	post 200 '{"feature_service":"s","entities":{"driver_id":[null]}}' &&
	body_holds '.results[1].statuses == ["NOT_FOUND"]'
X
check 'names that two columns would have are refused' <<'X'
	post 400 '{"feature_service":"all","entities":{"driver_id":[1]}}' &&
	grep -q full_feature_names body
X
check 'what a client gets wrong is its own fault, and said' <<'X'
	post 404 '{"feature_service":"t","entities":{"driver_id":[1]}}' &&
	post 404 '{"features":["stats:rates"],"entities":{"driver_id":[1]}}' &&
	grep -q "is it 'rate'" body &&
	post 400 '{"feature_service":"s","entities":{"rider":[1]}}' &&
	post 400 '{"feature_service":"s","entities":{"driver_id":1}}' &&
	post 400 '{"feature_service":"s","entities":{"driver_id":[1],"x":[1,2]}}' &&
	post 400 '{"entities":{"driver_id":[1]}}' &&
	post 400 '{' &&
	answers 405 "$url/get-online-features"
X
check 'what is loaded meanwhile is answered next' <<'X'
	printf 'driver_id,at,rate,trips,note\n9,2022-01-01,1,1,x\n' >more.csv &&
	mlv-data feature load --store o.mdb --view stats features.yaml more.csv &&
	post 200 '{"feature_service":"s","entities":{"driver_id":[9]}}' &&
	body_holds '.results[1].values == [1]'
X
stop >/dev/null 2>&1
start "$ridge"
check 'without --features there are none' <<'X'
	post 404 '{"feature_service":"s","entities":{"driver_id":[1]}}' &&
	grep -q -e --features body
X
check 'the server ends as asked' 'stop'
finish
