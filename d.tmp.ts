import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import {activations} from './src/index.js';
async function main(){
 await tf.setBackend('wasm');
 const x=tf.randomNormal([128,1024]); const z=tf.zeros([128,1024]);
 const fs:{[k:string]:()=>void}={stock:()=>tf.relu(x).dispose(), ours:()=>activations.relu(x).dispose(), stockElu:()=>tf.elu(x).dispose(), elu:()=>activations.elu(x).dispose(), clone:()=>tf.clone(x).dispose()
 , stockZ:()=>tf.relu(z).dispose(), oursZ:()=>activations.relu(z).dispose()};
 for(let r=0;r<3;r++) for(const k in fs){ const f=fs[k]; for(let i=0;i<200;i++)f(); let best=1e9; for(let j=0;j<40;j++){const t=performance.now(); for(let i=0;i<20;i++)f(); best=Math.min(best,(performance.now()-t)/20*1000);} if(r==2)console.log(k.padEnd(14),best.toFixed(2),'us'); }
}
main();
