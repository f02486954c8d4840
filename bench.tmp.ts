import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {activations, defineActivation} from './src/index.js';
const snake = defineActivation({name:'snake',weights:{a:{initializer:'ones'}},formula:({x,a})=>x.add(x.mul(a).sin().square().div(a))});
type F=(x:tf.Tensor)=>tf.Tensor;
const shapes:{[k:string]:number[]}={D:[128,1024],C:[32,28,28,64]};
function med(a:number[]){a.sort((p,q)=>p-q);return a[Math.floor(a.length*0.1)];}
async function main(){
 const only=process.argv[2]?.split(',');
 for(const b of ['wasm','cpu']){ await tf.setBackend(b);
  for(const [k,shape] of Object.entries(shapes)){
   const x=tf.keep(tf.randomNormal(shape)); const dy=tf.keep(tf.randomNormal(shape)); const ch=shape[shape.length-1];
   const w=(v:number)=>tf.keep(tf.fill([ch],v));
   const a=w(.25),b1=w(1),a1=w(1.1);
   const num=tf.keep(tf.tensor([0.0335721, 0.505, 1.652675, 2.008123, 0.9305755, 0.1521328])),den=tf.keep(tf.tensor([0, 3.976481, 0, 0.301253]));
   const A=activations as any;
   const ops:{[n:string]:{f:(...t:tf.Tensor[])=>tf.Tensor;w:tf.Tensor[]}}={
    stockRelu:{f:x=>tf.relu(x),w:[]}, relu:{f:x=>A.relu(x),w:[]},
    stockLeaky:{f:x=>tf.leakyRelu(x,.2),w:[]}, leakyRelu:{f:x=>A.leakyRelu(x),w:[]},
    stockPrelu:{f:(x,a)=>tf.prelu(x,a),w:[a]}, prelu:{f:(x,alpha)=>A.prelu(x,{alpha}),w:[a]},
    stockElu:{f:x=>tf.elu(x),w:[]}, elu:{f:x=>A.elu(x),w:[]},
    stockSwish:{f:x=>tf.mul(x,tf.sigmoid(x)),w:[]}, swish:{f:x=>A.swish(x),w:[]},
    pelu:{f:(x,a,b)=>A.pelu(x,{a,b}),w:[a1,b1]}, mpelu:{f:(x,alpha,beta)=>A.mpelu(x,{alpha,beta}),w:[a,b1]},
    swishBeta:{f:(x,beta)=>A.swishBeta(x,{beta}),w:[b1]},
    mish:{f:x=>A.mish(x),w:[]}, gelu:{f:x=>A.gelu(x),w:[]}, geluNew:{f:x=>A.geluNew(x),w:[]},
    snake:{f:(x,a)=>snake(x,{a}) as tf.Tensor,w:[a1]}, rational:{f:(x,numerator,denominator)=>A.rational(x,{numerator,denominator}),w:[num,den]},
    tanh:{f:x=>A.tanh(x),w:[]},
   };
   const names=Object.keys(ops).filter(n=>!only||only.includes(n)||n==='stockRelu');
   const fw:{[n:string]:number[]}={},st:{[n:string]:number[]}={};
   const G:{[n:string]:any}={}; for(const n of names){G[n]=tf.grads((...t)=>ops[n].f(...t));fw[n]=[];st[n]=[];}
   const reps=b==='cpu'?9:25;
   for(let i=-5;i<reps;i++){ for(const n of names){ const o=ops[n];
     let t=performance.now(); for(let j=0;j<(k==='D'?4:1);j++) o.f(x,...o.w).dispose(); let e=performance.now(); if(i>=0)fw[n].push(e-t);
     t=performance.now(); for(let j=0;j<(k==='D'?4:1);j++) {const g=G[n]([x,...o.w],dy); tf.dispose(g);} e=performance.now(); if(i>=0)st[n].push(e-t);
   }}
   const rf=med(fw.stockRelu),rs=med(st.stockRelu);
   console.log(`== ${b} ${k}  relu fwd ${rf.toFixed(3)} ms step ${rs.toFixed(3)}`);
   for(const n of names) console.log(n.padEnd(12),(med(fw[n])/rf).toFixed(2).padStart(8),(med(st[n])/rs).toFixed(2).padStart(8));
  }
 }
}
main();
