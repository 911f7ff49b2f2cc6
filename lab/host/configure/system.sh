# Name, addresses of the others, sshd.
put /etc/hostname <<<"$name"
put /etc/machine-id <<<"$(printf %s "$name-lab" | md5sum | cut -c1-32)"
{ echo "127.0.0.1 localhost" && cat "$LAB/run/hosts.txt"; } | put /etc/hosts
put /root/.ssh/authorized_keys <"$LAB/run/id_ed25519.pub"
put /root/.ssh/id_ed25519 <"$LAB/run/id_ed25519" # resize and migration use ssh between the computes
printf 'Host *\n StrictHostKeyChecking no\n UserKnownHostsFile /dev/null\n LogLevel ERROR\n' | put /root/.ssh/config
# What this machine starts with each of its shells (pyenv, say) would be started with each command over ssh.
echo '# as on a server: nothing' | put /root/.bashrc
chmod 700 "$upper/root" "$upper/root/.ssh"
chmod 600 "$upper/root/.ssh/authorized_keys" "$upper/root/.ssh/id_ed25519"
put /etc/ssh/sshd_config <<X
Port 22
PermitRootLogin yes
PasswordAuthentication yes
UsePAM no
UseDNS no
LogLevel VERBOSE
Subsystem sftp internal-sftp
X
put /etc/sudoers.d/lab <<X
Defaults !requiretty
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
X
chmod 440 "$upper/etc/sudoers.d/lab"
