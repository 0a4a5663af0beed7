case $- in *i*) ;; *) return ;; esac
HISTSIZE=10000 HISTFILESIZE=20000 HISTCONTROL=ignoreboth
shopt -s histappend checkwinsize
PS1='\[\e[1;36m\]${ARCX_WORKSPACE:-\h}\[\e[0m\] \[\e[34m\]\w\[\e[0m\] \$ '
alias ls='ls --color=auto' ll='ls -l' grep='grep --color=auto'
[ -r /usr/share/bash-completion/bash_completion ] && . /usr/share/bash-completion/bash_completion
