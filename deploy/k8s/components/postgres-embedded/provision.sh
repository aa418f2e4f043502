# Read by the image's entry point at the first start, while the server listens on a socket only: four databases, each with
# a role that owns the tables and one that uses them, and neither enters another's. It makes what `lotse up` makes
# (cli/local/databases.py); a test lets that one look over this one's work and find nothing to mend.
# A database that has been made already is left alone: the entry point runs this once.

for service in intake review referral reporting; do
    SERVICE=$service PASSWORDS=${LOTSE_PASSWORDS:-/run/lotse/passwords} \
        psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL' || exit 1
\set service `echo "$SERVICE"`
\set owner `echo "${SERVICE}_owner"`
\set password `cat "$PASSWORDS/$SERVICE"`
\set owner_password `cat "$PASSWORDS/${SERVICE}_owner"`
CREATE ROLE :"service" LOGIN NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'password';
CREATE ROLE :"owner" LOGIN NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'owner_password';
CREATE DATABASE :"service" OWNER :"owner" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"service" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"service" TO :"service";
\connect :"service"
CREATE EXTENSION pg_trgm SCHEMA public;
ALTER SCHEMA public OWNER TO :"owner";
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"service";
SQL
done
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres \
    --command 'REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC' || exit 1
