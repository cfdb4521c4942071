#!/bin/sh

#
# jrunner start up script for POSIX, of the form that Gradle's application plugin writes.
#

app_path=$0
while [ -h "$app_path" ]; do
    ls=$( ls -ld -- "$app_path" )
    link=${ls#*' -> '}
    case $link in
      /*) app_path=$link ;;
      *) app_path=${app_path%"${app_path##*/}"}$link ;;
    esac
done

APP_BASE_NAME=${0##*/}
APP_HOME=$( cd -P "${app_path%"${app_path##*/}"}.." > /dev/null && printf '%s\n' "$PWD" ) || exit

MAX_FD=maximum

CLASSPATH=@CLASSPATH@

if [ -n "$JAVA_HOME" ]; then
    JAVACMD=$JAVA_HOME/bin/java
else
    JAVACMD=java
    command -v java > /dev/null || { echo "ERROR: there is no java" >&2; exit 1; }
fi

ulimit -n "$( ulimit -H -n )" 2> /dev/null || :

DEFAULT_JVM_OPTS='"-XX:+UseSerialGC" "-XX:TieredStopAtLevel=1" "-Xmx64m"'

set -- \
        -classpath "$CLASSPATH" \
        Main \
        "$@"

eval "set -- $(
        printf '%s\n' "$DEFAULT_JVM_OPTS $JAVA_OPTS $JRUNNER_OPTS" | xargs -n1 | sed ' s~[^-[:alnum:]+,./:=@_]~\\&~g; ' | tr '\n' ' '
    )" '"$@"'

exec "$JAVACMD" "$@"
