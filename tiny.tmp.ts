import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {activations} from './src/index.js';
async function main(){
 await tf.setBackend('wasm');
 const x=tf.ones([4,4]), a=tf.ones([4]), dy=tf.ones([4,4]);
 const fs:{[k:string]:()=>void}={ours:()=>activations.relu(x).dispose(), prelu:()=>activations.prelu(x,{alpha:a}).dispose(),
  };
 for(let r=0;r<3;r++) for(const k in fs){ const f=fs[k]; for(let i=0;i<2000;i++)f(); let best=1e9; for(let j=0;j<20;j++){const t=performance.now(); for(let i=0;i<500;i++)f(); best=Math.min(best,(performance.now()-t)/500*1000);} if(r==2)console.log(k.padEnd(14),best.toFixed(2),'us'); }
}
main();
