# Sourced by main.sh on the control plane's node: its programs, as plain processes beside the kubelet.
pki=/etc/kubernetes/pki
# One member that answers its own node only, and forgets with the lab: no TLS, no fsync.
service etcd kubelab etcd --name lab --data-dir /var/lib/etcd \
  --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
  --initial-cluster lab=http://127.0.0.1:2380 --unsafe-no-fsync --log-level warn
service kube-apiserver kubelab kube-apiserver --etcd-servers=http://127.0.0.1:2379 \
  --advertise-address="$ADDRESS" --secure-port=6443 --service-cluster-ip-range="$SERVICE_CIDR" \
  --allow-privileged=true --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
  --client-ca-file=$pki/ca.crt --tls-cert-file=$pki/apiserver.crt --tls-private-key-file=$pki/apiserver.key \
  --kubelet-client-certificate=$pki/apiserver-kubelet-client.crt \
  --kubelet-client-key=$pki/apiserver-kubelet-client.key --kubelet-certificate-authority=$pki/ca.crt \
  --kubelet-preferred-address-types=InternalIP \
  --service-account-issuer=https://kubernetes.default.svc.cluster.local \
  --service-account-key-file=$pki/sa.pub --service-account-signing-key-file=$pki/sa.key \
  --requestheader-client-ca-file=$pki/ca.crt --requestheader-allowed-names=front-proxy-client \
  --requestheader-extra-headers-prefix=X-Remote-Extra- --requestheader-group-headers=X-Remote-Group \
  --requestheader-username-headers=X-Remote-User \
  --proxy-client-cert-file=$pki/front-proxy-client.crt --proxy-client-key-file=$pki/front-proxy-client.key \
  --audit-policy-file=/lab/node/audit.yaml --audit-log-path=/var/log/audit.log \
  --audit-log-maxsize=100 --audit-log-maxbackup=1 --profiling=false --v=1
service kube-controller-manager kubelab kube-controller-manager \
  --kubeconfig=$pki/controller-manager.kubeconfig --allocate-node-cidrs=true --cluster-cidr="$POD_CIDR" \
  --node-cidr-mask-size=24 --service-cluster-ip-range="$SERVICE_CIDR" \
  --service-account-private-key-file=$pki/sa.key --root-ca-file=$pki/ca.crt \
  --use-service-account-credentials=true --cluster-signing-cert-file=$pki/ca.crt \
  --cluster-signing-key-file=$pki/ca.key --leader-elect=false --profiling=false --v=1
service kube-scheduler kubelab kube-scheduler --kubeconfig=$pki/scheduler.kubeconfig --leader-elect=false \
  --profiling=false --v=1
