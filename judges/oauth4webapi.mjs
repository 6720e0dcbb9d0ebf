// Step by step with oauth4webapi, and something altered between the steps: each time the hub, or the library that reads
// its answer, must refuse. What is right is shown first, so that a refusal means what was altered.

import { judge } from './lib/judge.mjs'
import { connection } from './lib/connection.mjs'
import { discover, Fintech } from './lib/client.mjs'
import { Browser } from './lib/journey.mjs'
import { answers } from './tampering/answer.mjs'
import { certificates } from './tampering/certificate.mjs'
import { clients } from './tampering/client.mjs'
import { codes } from './tampering/code.mjs'
import { documents } from './tampering/document.mjs'
import { nonsense } from './tampering/nonsense.mjs'
import { profiles } from './tampering/profile.mjs'
import { requests } from './tampering/request.mjs'
import { resources } from './tampering/resource.mjs'
import { signIns } from './tampering/sign_in.mjs'
import { signedMessages } from './tampering/signed.mjs'
import { smuggling } from './tampering/smuggling.mjs'
import { tokens } from './tampering/token.mjs'

await judge(async (facts) => {
  const as = await discover(facts.issuer, connection(facts.ca_file))
  const stage = {
    facts,
    as,
    browser: new Browser(connection(facts.ca_file)),
    own: await Fintech.of(as, facts, facts.clients.dpop),
    other: await Fintech.of(as, facts, facts.clients.other),
    signed: await Fintech.of(as, facts, facts.clients.signed),
    mtls: await Fintech.of(as, facts, facts.clients.mtls),
  }
  await documents(stage)
  await clients(stage)
  await requests(stage)
  await answers(stage)
  await codes(stage)
  await tokens(stage)
  await resources(stage)
  await signedMessages(stage)
  await certificates(stage)
  await signIns(stage)
  await profiles(stage)
  await nonsense(stage)
  await smuggling(stage)
})
