import https from 'node:https'
import { limited } from './limited-replies.mjs'

export default { ...https, request: limited(https.request) }
