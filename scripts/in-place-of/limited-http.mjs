import http from 'node:http'
import { limited } from './limited-replies.mjs'

export default { ...http, request: limited(http.request) }
