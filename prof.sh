npx esbuild $1 --bundle --platform=node --format=cjs --external:@tensorflow/* --outfile=/work/main/prof.out.cjs --log-level=error
rm -rf /tmp/prof; node --cpu-prof --cpu-prof-dir=/tmp/prof --cpu-prof-interval 200 prof.out.cjs 2>/dev/null | grep us
python3 - <<'PY'
import json,glob
p=json.load(open(sorted(glob.glob('/tmp/prof/*.cpuprofile'))[-1]))
from collections import Counter
nodes={n['id']:n for n in p['nodes']}
c=Counter()
for s,d in zip(p['samples'],p['timeDeltas']):
    n=nodes[s]['callFrame']; c[(n['functionName'],n['url'].split('/')[-1][-20:],n['lineNumber'])]+=d
tot=sum(c.values())
for k,v in c.most_common(34): print(round(100*v/tot,1),k)
PY
