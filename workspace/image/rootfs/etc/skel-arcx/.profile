# /etc/profile has set PATH anew.
[ -r /run/arcx-environment ] && . /run/arcx-environment
[ -n "$BASH_VERSION" ] && [ -r ~/.bashrc ] && . ~/.bashrc
