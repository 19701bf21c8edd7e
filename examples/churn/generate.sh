#!/bin/sh
# generate.sh [ROWS [SEED [drift]]] > churn.csv
#
# Customers of a telephone company, in the shape of the Telco churn data set:
# the same columns, the same kinds of values, the same eleven-in-seven-thousand
# blank TotalCharges.  The same seed gives the same bytes.  With `drift` the
# company has changed: fibre for most, higher prices, newer customers.
set -eu
export LC_ALL=C
usage() { echo "usage: generate.sh [ROWS [SEED [drift]]] > churn.csv" >&2; exit 2; }
case ${1:-7000}${2:-1} in *[!0-9]*) usage ;; esac
case ${3:-drift} in drift) ;; *) usage ;; esac
[ $# -le 3 ] || usage
exec awk -v OFS=, -v rows="${1:-7000}" -v seed="${2:-1}" -v drift="${3:-}" '
# Park and Miller: exact in doubles, so every awk draws the same numbers.
function draw() { state = state * 16807 % 2147483647; return state / 2147483647 }
function chance(p) { return draw() < p }
function yes(p) { return chance(p) ? "Yes" : "No" }
function pick(a, pa, b, pb, c) { u = draw(); return u < pa ? a : u < pa + pb ? b : c }
function letter() { return substr("ABCDEFGHIJKLMNOPQRSTUVWXYZ", int(draw() * 26) + 1, 1) }
function service(net, p) { return net == "No" ? "No internet service" : yes(p) }
BEGIN {
	state = seed * 7919 % 2147483646 + 1
	for (i = 0; i < 20; i++) draw()
	moved = drift == "drift"
	print "customerID,gender,SeniorCitizen,Partner,Dependents,tenure,PhoneService,MultipleLines,InternetService,OnlineSecurity,OnlineBackup,DeviceProtection,TechSupport,StreamingTV,StreamingMovies,Contract,PaperlessBilling,PaymentMethod,MonthlyCharges,TotalCharges,Churn"
	for (i = 1; i <= rows; i++) {
		id = sprintf("%04d-%s%s%s%s%s", (i * 7 + seed * 13) % 10000, letter(), letter(), letter(), letter(), letter())
		id = id sprintf("%d", i)
		senior = chance(0.16) ? 1 : 0
		partner = yes(senior ? 0.55 : 0.47)
		dependents = yes(partner == "Yes" ? 0.50 : 0.10)
		contract = moved ? pick("Month-to-month", 0.72, "One year", 0.17, "Two year") : pick("Month-to-month", 0.55, "One year", 0.21, "Two year")
		u = draw()
		tenure = contract == "Month-to-month" ? int(u * u * (moved ? 36 : 60)) : contract == "One year" ? int(6 + u * 66) : int(15 + sqrt(u) * 57)
		if (tenure < 1) tenure = 1
		if (tenure > 72) tenure = 72
		if (chance(0.0016)) tenure = 0	# joined today: nothing paid yet
		net = moved ? pick("Fiber optic", 0.68, "DSL", 0.22, "No") : pick("Fiber optic", 0.44, "DSL", 0.34, "No")
		phone = net == "DSL" && chance(0.28) ? "No" : "Yes"
		lines = phone == "No" ? "No phone service" : yes(0.3 + tenure / 200)
		security = service(net, 0.25 + tenure / 220)
		backup = service(net, 0.30 + tenure / 200)
		protection = service(net, 0.30 + tenure / 200)
		support = service(net, 0.24 + tenure / 220)
		tv = service(net, net == "Fiber optic" ? 0.56 : 0.39)
		movies = service(net, net == "Fiber optic" ? 0.56 : 0.39)
		paperless = yes(net == "Fiber optic" ? 0.77 : net == "DSL" ? 0.54 : 0.29)
		pay = pick("Electronic check", contract == "Month-to-month" ? 0.48 : 0.15, "Mailed check", 0.22, chance(0.5) ? "Bank transfer (automatic)" : "Credit card (automatic)")
		monthly = 19.5 + (phone == "Yes" && net != "No" ? 5 : 0) + (lines == "Yes" ? 5 : 0)
		if (net != "No") monthly += (net == "Fiber optic" ? 45 : 20) + 5 * ((security == "Yes") + (backup == "Yes") + (protection == "Yes") + (support == "Yes")) + 9.8 * ((tv == "Yes") + (movies == "Yes"))
		monthly += draw() * 2 - 1
		if (moved) monthly *= 1.18
		monthly = sprintf("%.2f", monthly)
		total = tenure == 0 ? " " : sprintf("%.2f", monthly * tenure * (0.97 + draw() * 0.06))
		sub(/\.?0+$/, "", monthly)
		if (total != " ") sub(/\.?0+$/, "", total)
		score = -0.35 - 0.045 * tenure + (contract == "Two year" ? -1.5 : contract == "One year" ? -0.75 : 0) + (net == "Fiber optic" ? 1.0 : net == "No" ? -0.8 : 0) + (pay == "Electronic check" ? 0.45 : 0) + (security == "Yes" ? -0.45 : 0) + (support == "Yes" ? -0.45 : 0) + (paperless == "Yes" ? 0.3 : 0) + (senior ? 0.25 : 0) + (dependents == "Yes" ? -0.2 : 0) + (tenure < 6 ? 0.6 : 0)
		churn = yes(1 / (1 + exp(-score)))
		print id, chance(0.5) ? "Female" : "Male", senior, partner, dependents, tenure, phone, lines, net, security, backup, protection, support, tv, movies, contract, paperless, pay, monthly, total, churn
	}
}'
